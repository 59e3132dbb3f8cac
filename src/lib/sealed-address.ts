import { fromBase64, toBase64 } from './encoding.ts'
import { Seal } from './seal.ts'
import type { Secret } from './secret.ts'
import type { World } from './world.ts'

/** An address that lets anyone who knows it post there, as it is kept: base64 of AES-GCM. */
export type SealedAddress = string

/**
 * Seals an address for storage.
 *
 * @param name what the address is for; it opens under the same name only
 * @param secret what the key is derived from
 */
export async function sealAddress(
  address: URL,
  name: string,
  secret: Secret,
  world: Pick<World, 'random'>,
): Promise<SealedAddress> {
  return toBase64(new Uint8Array(await sealOf(secret, world).close(address.href, name)))
}

/** Opens a sealed address; null if it was sealed under another secret or name, and so is lost. */
export async function openAddress(
  sealed: SealedAddress,
  name: string,
  secret: Secret,
  world: Pick<World, 'random'>,
): Promise<URL | null> {
  try {
    return new URL(await sealOf(secret, world).open(fromBase64(sealed).buffer, name))
  } catch {
    return null
  }
}

/** The name that callback addresses are sealed under. */
const CALLBACK = 'callback'

/**
 * Seals a callback address: its host stays readable, for warnings; the rest may hold a secret of the receiver.
 *
 * @returns what the ledger keeps, for {@link openCallback} and {@link callbackHost}
 */
export async function sealCallback(
  url: string | undefined,
  secret: Secret,
  world: Pick<World, 'random'>,
): Promise<string | undefined> {
  if (url === undefined) return undefined
  const address = new URL(url)
  return `${address.host} ${await sealAddress(address, CALLBACK, secret, world)}`
}

/** Opens a callback address; null if it is lost. Entries from before they were sealed hold the address itself. */
export async function openCallback(
  kept: string,
  secret: Secret,
  world: Pick<World, 'random'>,
): Promise<URL | null> {
  const [, sealed] = kept.split(' ')
  return sealed === undefined ? URL.parse(kept) : openAddress(sealed, CALLBACK, secret, world)
}

/** Names the host of a callback address as the ledger keeps it. */
export function callbackHost(kept: string): string {
  const [host = '', sealed] = kept.split(' ')
  return sealed === undefined ? new URL(kept).host : host
}

function sealOf(secret: Secret, world: Pick<World, 'random'>): Seal {
  return new Seal(secret, 'reply address', world)
}
