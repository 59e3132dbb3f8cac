import * as z from 'zod/mini'
import { FoundOwner, Instant, RecordOwner, RequestId, Vault } from './parts.ts'
import { codes, Problem } from './problem-schemas.ts'

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
    approvedBy: z
      .nullable(z.string())
      .check(z.meta({ description: 'Who approved it, as a signed event of a ticketing system says.' })),
    preset: z
      .nullable(z.string())
      .check(z.meta({ description: 'The preset of the policy that it was made with.' })),
    owners: z
      .array(RecordOwner)
      .check(z.meta({ description: 'The owners; their ids are null until they are looked up.' })),
    vault: z.nullable(Vault).check(z.meta({ description: 'The vault, once there is one that is known.' })),
    problem: z.nullable(Problem).check(
      z.meta({
        description:
          'Why there is no vault, or why we don’t know; or, while it is `accepted`, why it takes so long.',
      }),
    ),
    warnings: z
      .array(z.string())
      .check(z.meta({ description: 'What people should know although it worked.' })),
    attempt: z.int().check(
      z.meta({
        description: 'The attempt that is under way or comes next; the last one once it has ended.',
      }),
    ),
    nextAttemptAt: z
      .nullable(Instant)
      .check(
        z.meta({ description: 'When this deployment itself tries again, or looks again for the vault.' }),
      ),
    settledBy: z.nullable(z.string()).check(
      z.meta({
        description:
          'Who settled it after its outcome was unknown: a caller’s name, or `conductorone-system-log`.',
      }),
    ),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .check(z.meta({ description: 'A request and what became of it.' }))

/** One attempt at making the vault. */
export const Attempt = z
  .object({
    number: z.int(),
    startedAt: Instant,
    endedAt: z.nullable(Instant),
    outcome: z
      .nullable(z.enum(['created', 'failed', 'postponed', 'unknown']))
      .check(
        z.meta({ description: '`postponed`: nothing was sent, and it is tried again at `nextAttemptAt`.' }),
      ),
    upstreamStatus: z.nullable(z.int()).check(z.meta({ description: 'ConductorOne’s HTTP status.' })),
    problem: z.nullable(z.enum(codes)).check(z.meta({ description: 'The code of the problem.' })),
    nextAttemptAt: z.nullable(Instant),
  })
  .check(z.meta({ description: 'One attempt at making the vault.' }))

/** One message with an outcome. */
export const Telling = z
  .object({
    to: z.string().check(
      z.meta({
        description: 'Whom: a host, `requester`, or an owner’s id.',
        examples: ['hooks.acme.example'],
      }),
    ),
    at: Instant,
    error: z.nullable(z.string()).check(z.meta({ description: 'Why it was not taken.' })),
  })
  .check(z.meta({ description: 'A message that told an outcome, or was to.' }))

/** 200 of `GET /v1/requests/{id}?attempts=true`. */
export const RequestDetails = z
  .object({
    ...RequestRecord.shape,
    description: z.string(),
    kind: z.enum(['group', 'magic_link']),
    maxViews: z.nullable(z.int()).check(z.meta({ description: 'Null unless it is a magic link.' })),
    credentialTtl: z
      .nullable(z.string())
      .check(z.meta({ description: 'The lifetime that was asked for.', examples: ['2592000s'] })),
    attempts: z.array(Attempt).check(z.meta({ description: 'The last ten attempts, oldest first.' })),
    told: z.array(Telling).check(z.meta({ description: 'The last ten messages, oldest first.' })),
  })
  .check(z.meta({ description: 'A request with what was asked for, its attempts, and who was told.' }))

const count = z.object({
  count: z.int(),
  oldest: z.nullable(Instant).check(z.meta({ description: 'When the first of them came in.' })),
})

/** 201 of `POST /v1/vaults`. */
export const Created = z
  .object({
    vault: Vault,
    request: RequestRecord,
    next: z.string().check(z.meta({ description: 'What to do with the vault, in one line.' })),
  })
  .check(z.meta({ description: 'The vault that was made, the request that made it, and what comes next.' }))

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

/** 200 of `POST /v1/requests/{id}/resolve` with `preview`. */
export const VaultPreview = z
  .object({
    preview: z.literal(true),
    vault: Vault,
    fits: z.boolean().check(
      z.meta({
        description: 'Whether its description ends with the request’s line, so that no `force` is needed.',
      }),
    ),
    reasons: z
      .array(z.string())
      .check(z.meta({ description: 'What speaks against it being this request’s vault.' })),
  })
  .check(z.meta({ description: 'A vault, and what it has to do with a request. Nothing was settled.' }))

/** A vault in the register. */
export const RegisteredVault = z
  .object({
    id: z.string().check(z.meta({ description: 'The vault’s id in ConductorOne.' })),
    name: z.string(),
    owners: z.array(FoundOwner).check(z.meta({ description: 'The owners at creation.' })),
    ticket: z.nullable(Ticket),
    requestedBy: z.nullable(z.string()),
    approvedBy: z.nullable(z.string()),
    source: z.string(),
    caller: z.string(),
    preset: z.nullable(z.string()),
    credentialTtl: z
      .nullable(z.string())
      .check(z.meta({ description: 'How long its credentials live.', examples: ['2592000s'] })),
    createdAt: Instant,
    settledBy: z.nullable(z.string()),
    forced: z.boolean().check(
      z.meta({
        description: 'Whether it was settled with a vault that does not prove to be the request’s.',
      }),
    ),
    request: RequestId,
  })
  .check(z.meta({ description: 'A vault that was made here: whose it is, and why there is one.' }))

/** 200 of `GET /v1/vaults`. */
export const VaultPage = z
  .object({
    vaults: z.array(RegisteredVault).check(z.meta({ description: 'Newest first.' })),
    cursor: z
      .nullable(RequestId)
      .check(z.meta({ description: 'What the next page is asked for with; null on the last page.' })),
  })
  .check(z.meta({ description: 'One page of the register.' }))

/** 200 of `POST /v1/people/forget`. */
export const Forgotten = z
  .object({
    requests: z.int().check(z.meta({ description: 'How many requests had the address.' })),
    vaults: z.int().check(z.meta({ description: 'How many vaults of the register had it.' })),
    pending: z.int().check(
      z.meta({
        description: 'How many requests have it still, since they have not ended: ask again later.',
      }),
    ),
    notReached: z.array(z.string()).check(z.meta({ description: 'What is out of our reach.' })),
  })
  .check(z.meta({ description: 'What was removed of a person.' }))

/** 200 of `GET /v1/requests`. */
export const RequestPage = z
  .object({
    requests: z.array(RequestRecord).check(z.meta({ description: 'Newest first.' })),
    cursor: z
      .nullable(RequestId)
      .check(z.meta({ description: 'What the next page is asked for with; null on the last page.' })),
    counts: z
      .exactOptional(
        z.object({ unknown: count, accepted: count, creating: count, failed: count, created: count }),
      )
      .check(z.meta({ description: 'How many requests of each status there are, whatever the page shows.' })),
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
