import * as z from 'zod/mini'
import { FoundOwner, Instant, RequestId, Vault } from './parts.ts'
import { Problem } from './problem-schemas.ts'

/** How far a request has come. */
export const Status = z.enum(['accepted', 'creating', 'created', 'failed', 'unknown']).check(
  z.meta({
    description:
      '`accepted`: nothing was sent to ConductorOne yet. `creating`: the create is being sent. `created`: there is one ' +
      'vault. `failed`: there is none, and the same key may be used for another try. `unknown`: there may be one; a ' +
      'person has to look.',
  }),
)

const Ticket = z.object({
  id: z.string().check(z.meta({ examples: ['SEC-42'] })),
  url: z.optional(z.string()).check(z.meta({ examples: ['https://acme.atlassian.net/browse/SEC-42'] })),
})

/** A request and what became of it. */
export const RequestRecord = z
  .object({
    id: RequestId,
    status: Status,
    caller: z.string().check(z.meta({ description: 'The name of the API key’s caller, or of the sender.' })),
    source: z.string().check(z.meta({ description: '`api`, or the sender that delivered it.' })),
    name: z.string().check(z.meta({ description: 'What the vault is to be called.' })),
    ticket: z.nullable(Ticket).check(z.meta({ description: 'The ticket that asked for it.' })),
    requestedBy: z.nullable(z.string()).check(z.meta({ description: 'Who asked.' })),
    owners: z
      .array(FoundOwner)
      .check(z.meta({ description: 'The owners that were found; empty until a create is sent.' })),
    vault: z.nullable(Vault).check(z.meta({ description: 'The vault, once there is one that is known.' })),
    problem: z.nullable(Problem).check(
      z.meta({
        description:
          'Why there is no vault or nobody knows; or, while it is `accepted`, why it takes so long.',
      }),
    ),
    warnings: z
      .array(z.string())
      .check(z.meta({ description: 'What people should know although it worked.' })),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .check(z.meta({ description: 'A request and what became of it.' }))

/** 201 of `POST /v1/vaults`. */
export const Created = z
  .object({ vault: Vault, request: RequestRecord })
  .check(z.meta({ description: 'The vault that was made, and the request that made it.' }))

/** What would be sent to ConductorOne. */
export const VaultServiceCreateRequest = z
  .object({
    displayName: z.string(),
    description: z
      .string()
      .check(
        z.meta({ description: 'Ends with a line that says who asked, for which ticket, by which request.' }),
      ),
    groupAuthzVault: z.exactOptional(z.strictObject({})),
    magicVault: z.exactOptional(z.object({ allowUnauthedViews: z.boolean(), allowedViews: z.int() })),
    ownerIds: z.array(z.string()),
  })
  .check(
    z.meta({
      description:
        'The body of ConductorOne’s `POST /api/v1/vaults`: either `groupAuthzVault` or `magicVault`.',
    }),
  )

/** 200 of `POST /v1/vaults?dry_run=true`. */
export const DryRun = z
  .object({
    dryRun: z.literal(true),
    vaultServiceCreateRequest: VaultServiceCreateRequest,
    owners: z.array(FoundOwner),
  })
  .check(z.meta({ description: 'What would be sent. Nothing was created or recorded.' }))

/** 200 of `GET /v1/vaults/{id}`. */
export const ReadVault = z.object({ vault: Vault })

/** 200 of `GET /v1/requests`. */
export const RequestPage = z
  .object({
    requests: z.array(RequestRecord).check(z.meta({ description: 'Newest first.' })),
    cursor: z
      .nullable(RequestId)
      .check(z.meta({ description: 'What the next page is asked for with; null on the last page.' })),
  })
  .check(z.meta({ description: 'One page of requests.' }))

/** What is posted to a `callbackUrl`. */
export const Result = z
  .object({
    type: z.enum(Status.options.map((status) => `vault.${status}` as const)).check(
      z.meta({
        description:
          '`vault.created`, `vault.failed` or `vault.unknown`. Another one only where the request was sent again ' +
          'before this was delivered.',
      }),
    ),
    timestamp: Instant,
    data: RequestRecord,
  })
  .check(z.meta({ description: 'What became of a request.' }))
