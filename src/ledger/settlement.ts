import * as z from 'zod/mini'
import { VAULT_ID } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { RequestRecord } from './entry.ts'

/** The body of `POST /v1/requests/{id}/resolve`. */
export const Settlement = z.union(
  [
    z.strictObject({ vaultId: z.string().check(z.regex(VAULT_ID)) }),
    z.strictObject({ outcome: z.enum(['not_created']) }),
  ],
  { error: 'must be {"vaultId":"…"} with the vault that was found, or {"outcome":"not_created"}' },
)

/** How an operator settles an unknown outcome. */
export type SettlementCommand = {
  /** the vault that was found, or null for none */
  readonly vaultId: string | null
  /** the operator's name */
  readonly by: string
}

/** What came of a settlement; only an unknown outcome can be settled. */
export type SettlementResult =
  | { readonly kind: 'settled'; readonly record: RequestRecord }
  | { readonly kind: 'not-unknown'; readonly record: RequestRecord }
  | { readonly kind: 'vault-not-read'; readonly problem: ProblemDocument }
  | { readonly kind: 'gone' }
