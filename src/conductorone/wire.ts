import * as z from 'zod/mini'

/** The body of `POST /api/v1/vaults`; at most one arm of the oneof `vault` is set. Strict: this is what we send. */
export type VaultServiceCreateRequest = {
  displayName: string
  description: string
  groupAuthzVault?: Record<string, never>
  magicVault?: { allowUnauthedViews: boolean; allowedViews: number }
  ownerIds: string[]
}

/** What the id of a vault looks like; anything else is not looked for. */
export const VAULT_ID = /^[\w-]{1,128}$/

/** A vault as ConductorOne has it. Only the id is certain; everything else is passed on as it came. */
export const Vault = z.looseObject({ id: z.string().check(z.minLength(1)) })
export type Vault = z.output<typeof Vault>

/** The answer to create, get and update. */
export const VaultAnswer = z.looseObject({ vault: Vault })

/** One page of `POST /api/v1/systemlog/events`: OCSF events, of whose fields none is relied on. */
export const SystemLogAnswer = z.looseObject({
  list: z.nullish(z.array(z.unknown())),
  nextPageToken: z.nullish(z.string()),
})

/** The part of a page of `POST /api/v1/search/users` that we need. Unset fields come as null or blank. */
export const UserSearchAnswer = z.looseObject({
  list: z.nullish(
    z.array(
      z.looseObject({
        user: z.nullish(z.looseObject({ id: z.nullish(z.string()), email: z.nullish(z.string()) })),
      }),
    ),
  ),
})

/** Makes a field that is left out if it doesn't have the expected shape. `z.catch` would add all of zod to the bundle. */
export function ifAny<T extends z.ZodMiniType>(schema: T) {
  return z.optional(
    z.union([
      schema,
      z.pipe(
        z.unknown(),
        z.transform(() => undefined),
      ),
    ]),
  )
}

/** An error of the API: `google.rpc.Status`. Parts that don't have its shape are left out. */
export const ErrorAnswer = z.looseObject({
  code: ifAny(z.union([z.number(), z.string().check(z.maxLength(64))])),
  message: ifAny(z.string().check(z.maxLength(1_000))),
  details: ifAny(z.array(z.unknown())),
})
