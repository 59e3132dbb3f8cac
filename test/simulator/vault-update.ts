import * as z from 'zod'
import { text } from './message.ts'
import { INVALID_ARGUMENT, Refusal, UNKNOWN } from './status.ts'
import { magicVault, vaultArms } from './vault-create.ts'
import type { Vault } from './vaults.ts'

/** The longest time that fits in a google.protobuf.Duration. */
const MAX_SECONDS = 315_576_000_000

const duration = z
  .string()
  .regex(/^[1-9]\d*s$/, 'invalid google.protobuf.Duration')
  .refine((value) => Number.parseInt(value, 10) <= MAX_SECONDS, 'google.protobuf.Duration out of range')

/** VaultServiceUpdateRequest. The read-only fields may be sent, since a client may send back what it read. */
export const updateVaultRequest = z.strictObject({
  vault: z
    .strictObject({
      id: text.nullish(),
      displayName: text.nullish(),
      description: text.nullish(),
      credentialExpirationDuration: duration.nullish(),
      createdAt: z.iso.datetime({ offset: true }).nullish(),
      updatedAt: z.iso.datetime({ offset: true }).nullish(),
      deletedAt: z.iso.datetime({ offset: true }).nullish(),
      ...vaultArms,
    })
    .refine((vault) => !(vault.groupAuthzVault && vault.magicVault), 'oneof "vault" is already set')
    .nullish(),
  // A FieldMask in JSON is one string of camelCase paths.
  updateMask: text.regex(/^[A-Za-z.,]*$/, 'invalid google.protobuf.FieldMask').nullish(),
})

type UpdateVaultRequest = z.output<typeof updateVaultRequest>
type VaultChanges = NonNullable<UpdateVaultRequest['vault']>

const CHANGES: Readonly<Record<string, (vault: Vault, changes: VaultChanges) => Partial<Vault>>> = {
  displayName: (_, { displayName }) => ({ displayName: displayName ?? '' }),
  description: (_, { description }) => ({ description: description ?? '' }),
  credentialExpirationDuration: (_, changes) => ({
    credentialExpirationDuration: changes.credentialExpirationDuration ?? null,
  }),
  groupAuthzVault: (_, changes) =>
    changes.groupAuthzVault ? { groupAuthzVault: {}, magicVault: null } : { groupAuthzVault: null },
  magicVault: (_, changes) =>
    changes.magicVault
      ? { magicVault: magicVault(changes.magicVault), groupAuthzVault: null }
      : { magicVault: null },
  'magicVault.allowUnauthedViews': (vault, changes) =>
    changedMagicVault(vault, { allowUnauthedViews: changes.magicVault?.allowUnauthedViews ?? false }),
  'magicVault.allowedViews': (vault, changes) =>
    changedMagicVault(vault, { allowedViews: changes.magicVault?.allowedViews ?? 0 }),
}

/**
 * Reads which fields an update names.
 *
 * @param request the message as it came
 * @returns the paths, each of which can be changed
 * @throws Refusal if there is no mask, or a path in it is unknown or read-only
 */
export function pathsOf(request: UpdateVaultRequest): readonly string[] {
  if (!request.updateMask) throw new Refusal(INVALID_ARGUMENT, 'update_mask is required')
  const paths = request.updateMask.split(',')
  const wrong = paths.find((path) => !Object.hasOwn(CHANGES, path))
  if (wrong !== undefined) throw new Refusal(INVALID_ARGUMENT, `invalid path in update_mask: "${wrong}"`)
  return paths
}

/**
 * Changes the named fields of a vault, and no others.
 *
 * @param vault the vault as it is
 * @param request the message as it came
 * @param paths what {@link pathsOf} read from it
 * @returns the vault as it is from now on
 * @throws Refusal if the message has no vault or another's, or takes the name away
 */
export function updatedVault(vault: Vault, request: UpdateVaultRequest, paths: readonly string[]): Vault {
  const changes = request.vault
  if (!changes) throw new Refusal(INVALID_ARGUMENT, 'vault is required')
  if (changes.id && changes.id !== vault.id) throw new Refusal(INVALID_ARGUMENT, 'vault id does not match')
  let updated = vault
  for (const path of paths) updated = { ...updated, ...CHANGES[path]?.(updated, changes) }
  if (updated.displayName === '') throw new Refusal(UNKNOWN, 'display_name is required')
  return { ...updated, updatedAt: new Date().toISOString() }
}

function changedMagicVault(vault: Vault, change: Partial<NonNullable<Vault['magicVault']>>): Partial<Vault> {
  if (!vault.magicVault) throw new Refusal(INVALID_ARGUMENT, 'the vault is not a magic vault')
  return { magicVault: { ...vault.magicVault, ...change } }
}
