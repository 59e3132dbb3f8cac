import * as z from 'zod/mini'
import { VAULT_ID } from '../conductorone/wire.ts'
import { expected, optionalField, text } from '../config/fields.ts'
import { statuses } from '../ledger/entry.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'

const MAX_KEY_CHARS = 255
const MAX_FILTER_CHARS = 500
const MAX_PAGE_COUNT = 100
const A_PAGE = `must be a whole number from 1 to ${MAX_PAGE_COUNT}`

const RequestId = text(MAX_FILTER_CHARS).check(
  z.meta({ description: 'The id of the request, such as req_….' }),
)
const filter = (description: string) => optionalField(text(MAX_FILTER_CHARS), { description })
const flag = (description: string) =>
  optionalField(z.boolean({ error: 'must be true or false' }), { description })

/** The arguments of `create_vault`: the simplified request, and what makes a repetition the same request. */
export const CreateArguments = z
  .safeExtend(ProvisioningRequest, {
    idempotencyKey: optionalField(text(MAX_KEY_CHARS), {
      description:
        'Makes repeated calls the same request. Needed without a ticket: choose a new one for each vault that a ' +
        'person asks for, such as a UUID, and send the same one again when you repeat the call.',
    }),
  })
  .check(
    z.refine(({ idempotencyKey, ticket }) => idempotencyKey !== undefined || ticket !== undefined, {
      path: ['idempotencyKey'],
      error: 'is required without a ticket: a repeated call would make a second vault',
    }),
  )

/** The arguments of `get_request`. */
export const ReadArguments = z.strictObject({ id: RequestId })

/** The arguments of `list_requests`: the query of `GET /v1/requests`, which judges what they hold. */
export const ListArguments = z.strictObject({
  status: filter(`Only requests with this status, or several with commas: ${statuses.join(', ')}.`),
  ticket: filter('Only requests of this ticket, as people write it.'),
  caller: filter('Only requests of the caller or sender with this name.'),
  source: filter('Only requests that came this way: `api`, or a sender.'),
  q: filter('Part of a name, a ticket, an owner, a request id or a vault id.'),
  since: filter('Only requests that came in then or later: 2026-10-23T09:30:00Z.'),
  until: filter('Only requests that came in then or earlier.'),
  limit: optionalField(
    z
      .int({ error: A_PAGE })
      .check(z.minimum(1, { error: A_PAGE }), z.maximum(MAX_PAGE_COUNT, { error: A_PAGE })),
    { description: 'How many at most; 50 by default.' },
  ),
  cursor: filter('The `cursor` of the page before.'),
})

/** The arguments of `settle_request`: a vault or a search, but neither force nor `not_created`. */
export const SettleArguments = z
  .strictObject({
    id: RequestId,
    search: flag('Look through ConductorOne’s system log now.'),
    vaultId: optionalField(
      z
        .string({ error: expected('text') })
        .check(z.regex(VAULT_ID, { error: 'must be the id of a vault in ConductorOne' })),
      { description: 'The id of the vault that was found in ConductorOne.' },
    ),
    preview: flag('Show the vault and whether it fits; settle nothing.'),
  })
  .check(
    z.refine(({ search = false, vaultId }) => search !== (vaultId !== undefined), {
      path: ['vaultId'],
      error: 'or `search` is required, and not both',
    }),
  )
