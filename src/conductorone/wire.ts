import * as z from 'zod'

/** The body of `POST /api/v1/vaults`; at most one arm of the oneof `vault` is set. Strict: this is what we send. */
export type VaultServiceCreateRequest = {
  displayName: string
  description: string
  groupAuthzVault?: Record<string, never>
  magicVault?: { allowUnauthedViews: boolean; allowedViews: number }
  ownerIds: string[]
}

/** A vault as ConductorOne has it: the id is sure, everything else is passed on as it came. */
export const Vault = z.looseObject({ id: z.string().min(1) })
export type Vault = z.output<typeof Vault>

/** The answer to create, get and update. */
export const VaultAnswer = z.looseObject({ vault: Vault })

/** One page of `POST /api/v1/search/users`: what we need of it. Unset fields come as null or blank. */
export const UserSearchAnswer = z.looseObject({
  list: z
    .array(
      z.looseObject({
        user: z.looseObject({ id: z.string().default(''), email: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
})

/** An error of the API: `google.rpc.Status`. */
export const ErrorAnswer = z.looseObject({
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
  message: z.string().max(1_000).optional().catch(undefined),
})
