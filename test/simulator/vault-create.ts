import * as z from 'zod'
import { newIdentifier } from './identifier.ts'
import { text, uint32 } from './message.ts'
import { invalidFields, Refusal, UNKNOWN } from './status.ts'
import type { SimulatedUser } from './users.ts'
import type { Vault } from './vaults.ts'

/** The two arms of the oneof `vault`. */
export const vaultArms = {
  groupAuthzVault: z.strictObject({}).nullish(),
  magicVault: z
    .strictObject({ allowUnauthedViews: z.boolean().nullish(), allowedViews: uint32.nullish() })
    .nullish(),
}

/** VaultServiceCreateRequest. Only the name is required; whether a vault needs a kind is not published. */
export const createVaultRequest = z
  .strictObject({
    displayName: text.nullish(),
    description: text.nullish(),
    ownerIds: z.array(text).nullish(),
    ...vaultArms,
  })
  .refine((request) => !(request.groupAuthzVault && request.magicVault), 'oneof "vault" is already set')

/**
 * Makes a vault of a create request.
 *
 * @param request the message as it came
 * @param findUser how to look an owner up
 * @returns the vault and who owns it
 * @throws Refusal if the name is missing, or an owner is not an enabled user
 */
export function newVault(
  request: z.output<typeof createVaultRequest>,
  findUser: (id: string) => SimulatedUser | undefined,
): { vault: Vault; ownerIds: readonly string[] } {
  // C1 is known to answer a missing required field like this: 500 and code 2, not 400.
  if (!request.displayName) throw new Refusal(UNKNOWN, 'display_name is required')
  const ownerIds = request.ownerIds ?? []
  const violations = ownerIds.flatMap((id, index) =>
    findUser(id)?.status === 'ENABLED'
      ? []
      : [{ field: `owner_ids[${index}]`, description: `invalid owner id "${id}"` }],
  )
  if (violations.length > 0) throw invalidFields(violations)
  const now = new Date().toISOString()
  const vault = {
    id: newIdentifier(),
    displayName: request.displayName,
    description: request.description ?? '',
    groupAuthzVault: request.groupAuthzVault ?? null,
    magicVault: request.magicVault ? magicVault(request.magicVault) : null,
    credentialExpirationDuration: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
  return { vault, ownerIds }
}

/**
 * Fills a magic vault's unset fields.
 *
 * @param given the arm as it came
 * @returns the arm as C1 shows it
 */
export function magicVault(given: NonNullable<z.output<typeof vaultArms.magicVault>>) {
  return { allowUnauthedViews: given.allowUnauthedViews ?? false, allowedViews: given.allowedViews ?? 0 }
}
