import * as z from 'zod/mini'
import { VAULT_ID, type Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { RequestRecord } from './entry.ts'

const NOT_AN_ID = 'must be the id of the vault in ConductorOne: up to 128 letters, digits, - and _'
const Flag = z.optional(z.boolean())

/** The body of `POST /v1/requests/{id}/resolve`. */
export const Settlement = z.union(
  [
    z.strictObject({
      vaultId: z.string().check(z.regex(VAULT_ID, { error: NOT_AN_ID })),
      force: Flag,
      preview: Flag,
    }),
    z.strictObject({ outcome: z.enum(['not_created']), force: Flag }),
    z.strictObject({ search: z.literal(true) }),
  ],
  {
    error:
      'must be {"vaultId":"…"} with the vault that was found, {"outcome":"not_created"}, or {"search":true} to look ' +
      'through the system log now; "force":true and "preview":true go with the first, "force":true with the second',
  },
)

/** How an operator settles an unknown outcome. */
export type SettlementCommand = z.output<typeof Settlement> & {
  /** the operator's name */
  readonly by: string
}

/** What came of a settlement; only an unknown outcome can be settled. */
export type SettlementResult =
  | { readonly kind: 'settled'; readonly record: RequestRecord }
  /** nothing was settled: the vault, whether it ends with the request's line, and what does not fit */
  | {
      readonly kind: 'previewed'
      readonly vault: Vault
      readonly fits: boolean
      readonly reasons: readonly string[]
    }
  /** the system log does not show the vault, or can't be read */
  | { readonly kind: 'not-found'; readonly record: RequestRecord }
  | { readonly kind: 'not-searched'; readonly problem: ProblemDocument }
  /** the vault belongs to another request */
  | { readonly kind: 'taken' }
  /** nothing proves the vault to be the request's, and no force was asked for */
  | { readonly kind: 'unproven'; readonly reasons: readonly string[] }
  /** the search may still find the vault, and no force was asked for */
  | { readonly kind: 'searching'; readonly nextLookAt: string }
  | { readonly kind: 'not-unknown'; readonly record: RequestRecord }
  | { readonly kind: 'vault-not-read'; readonly problem: ProblemDocument }
  | { readonly kind: 'gone' }
