import type { hc, InferResponseType } from 'hono/client'
import type { JSONParsed } from 'hono/utils/types'
import { expectTypeOf, test } from 'vitest'
import type * as z from 'zod/mini'
import type * as answers from '../../../../scripts/openapi/answers.ts'
import type * as parts from '../../../../scripts/openapi/parts.ts'
import type { Problem } from '../../../../scripts/openapi/problem-schemas.ts'
import type { AppType } from '../../../../src/app.ts'
import type { Vault, VaultServiceCreateRequest } from '../../../../src/conductorone/wire.ts'
import type { RequestRecord, Status } from '../../../../src/ledger/entry.ts'
import type { FieldFault, ProblemDocument, Upstream } from '../../../../src/problem/problem.ts'
import type { FoundOwner } from '../../../../src/provisioning/owners.ts'

/** The type without what only says that nobody may write to it, and written out, so that it can be compared. */
type Plain<T> = T extends (infer Item)[] | readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T

type Described<Schema extends z.ZodMiniType> = Plain<z.output<Schema>>

test('the described parts of answers have the types that the code has, both ways', () => {
  expectTypeOf<Described<typeof answers.RequestRecord>>().toEqualTypeOf<Plain<RequestRecord>>()
  expectTypeOf<Described<typeof answers.Status>>().toEqualTypeOf<Status>()
  expectTypeOf<Described<typeof answers.VaultServiceCreateRequest>>().toEqualTypeOf<
    Plain<VaultServiceCreateRequest>
  >()
  expectTypeOf<Described<typeof parts.Vault>>().toEqualTypeOf<Plain<Vault>>()
  expectTypeOf<Described<typeof parts.FoundOwner>>().toEqualTypeOf<Plain<FoundOwner>>()
  expectTypeOf<Described<typeof parts.FieldFault>>().toEqualTypeOf<Plain<FieldFault>>()
  expectTypeOf<Described<typeof parts.Upstream>>().toEqualTypeOf<Plain<Upstream>>()
  expectTypeOf<Described<typeof Problem>>().toEqualTypeOf<Plain<ProblemDocument>>()
})

type Routes = ReturnType<typeof hc<AppType>>
/** What a route answers with a status, as JSON carries it. */
type Answered<Route, Status extends 200 | 201 | 202> = Plain<InferResponseType<Route, Status>>
/** What the description says that it answers. */
type Told<Schema extends z.ZodMiniType> = Plain<JSONParsed<z.output<Schema>>>

type Vaults = Routes['v1']['vaults']
type Requests = Routes['v1']['requests']

test('the described answers have the types that the routes answer, both ways', () => {
  expectTypeOf<Told<typeof answers.Created>>().toEqualTypeOf<Answered<Vaults['$post'], 201>>()
  expectTypeOf<Told<typeof answers.DryRun>>().toEqualTypeOf<Answered<Vaults['$post'], 200>>()
  expectTypeOf<Told<typeof answers.RequestRecord>>().toEqualTypeOf<Answered<Vaults['$post'], 202>>()
  expectTypeOf<Told<typeof answers.ReadVault>>().toEqualTypeOf<Answered<Vaults[':id']['$get'], 200>>()
  expectTypeOf<Told<typeof answers.RequestPage>>().toEqualTypeOf<Answered<Requests['$get'], 200>>()
  expectTypeOf<Told<typeof answers.RequestRecord> | Told<typeof answers.RequestDetails>>().toEqualTypeOf<
    Answered<Requests[':id']['$get'], 200>
  >()
  expectTypeOf<Told<typeof answers.RequestRecord> | Told<typeof answers.VaultPreview>>().toEqualTypeOf<
    Answered<Requests[':id']['resolve']['$post'], 200>
  >()
})
