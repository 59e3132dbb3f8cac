/** The key in KV. An address is no secret, and a message without it is still of use, so KV is good enough. */
const KEY = 'console/address'

let written: string | undefined

/**
 * Remembers where people reach this Worker's console. A Workflow has no address of its own, so one is kept from a
 * request of an operator, which nobody else can forge.
 *
 * @param requestUrl the address of a request that an operator's key came with
 */
export async function rememberConsoleAddress(
  kv: Pick<KVNamespace, 'get' | 'put'>,
  requestUrl: string,
): Promise<void> {
  const address = new URL('/console', requestUrl).href
  if (written === address) return
  if ((await kv.get(KEY)) !== address) await kv.put(KEY, address)
  written = address
}

/** Reads the console's address; undefined if no operator has come by yet, or KV does not answer. */
export async function readConsoleAddress(kv: Pick<KVNamespace, 'get'>): Promise<string | undefined> {
  try {
    return (await kv.get(KEY)) ?? undefined
  } catch {
    return undefined
  }
}
