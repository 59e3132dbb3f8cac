import * as z from 'zod/mini'
import { ListQuery, ReadQuery } from '../../src/ledger/filter.ts'
import { RegisterQuery } from '../../src/ledger/register.ts'
import { Settlement } from '../../src/ledger/settlement.ts'
import { CreateQuery } from '../../src/provisioning/request.ts'

// said in the description only, so the Worker does not carry it
const { dry_run } = CreateQuery.shape
const { status, ticket, caller, source, q, since, until, counts, limit, cursor } = ListQuery.shape
const [found, none, search] = Settlement.def.options

const register = RegisterQuery.shape

for (const [schema, words] of [
  [
    register.q,
    {
      description: 'Only vaults with this text in their name, ticket, people or ids, in either case.',
      examples: ['payroll'],
    },
  ],
  [
    register.owner,
    { description: 'Only vaults of this owner: an address or a user id.', examples: ['owner@example.com'] },
  ],
  [register.ticket, { description: 'Only vaults of the ticket with this id.', examples: ['SEC-42'] }],
  [register.preset, { description: 'Only vaults of this preset.', examples: ['payroll'] }],
  [
    register.since,
    { description: 'Only vaults made then or later: a time, or a day in UTC.', examples: ['2026-10-01'] },
  ],
  [register.until, { description: 'Only vaults made then or earlier.', examples: ['2026-10-31T23:59:59Z'] }],
  [
    register.cursor,
    { description: 'The `cursor` of the page before this one.', examples: ['req_01m83setgvfryzrhs4470v10'] },
  ],
  [
    dry_run,
    { description: 'Look the owners up and show what would be sent. Nothing is created or recorded.' },
  ],
  [
    status,
    {
      description: 'Only requests with this status, or with one of several.',
      examples: ['accepted,creating'],
    },
  ],
  [caller, { description: 'Only requests of the caller or sender with this name.', examples: ['runbook'] }],
  [source, { description: 'Only requests that came this way: `api`, or a sender.', examples: ['github'] }],
  [
    q,
    {
      description:
        'Only requests with this text in their name, ticket, owners, request id or vault id, in either case.',
      examples: ['payroll'],
    },
  ],
  [
    since,
    {
      description: 'Only requests that came in then or later: a time, or a day in UTC.',
      examples: ['2026-10-01'],
    },
  ],
  [
    until,
    {
      description: 'Only requests that came in then or earlier: a time, or the beginning of a day in UTC.',
      examples: ['2026-10-31T23:59:59Z'],
    },
  ],
  [
    ReadQuery.shape.attempts,
    { description: 'Whether to show what was asked for, the last ten attempts and who was told, too.' },
  ],
  [counts, { description: 'Whether to count the requests of each status, too.' }],
  [
    ticket,
    { description: 'Only requests of the ticket with this id, as people write it.', examples: ['SEC-42'] },
  ],
  [limit, { description: 'How many requests a page has at most: 1 to 100.' }],
  [
    cursor,
    { description: 'The `cursor` of the page before this one.', examples: ['req_01m83setgvfryzrhs4470v10'] },
  ],
  [
    found,
    {
      description:
        'The vault was found: it is read from ConductorOne and recorded. `force` takes one that does not end with the ' +
        'request’s line; `preview` only shows it.',
    },
  ],
  [
    none,
    {
      description:
        'There is no vault: the request has failed, and its key is free again. While the system log is still being ' +
        'searched, this needs `force`.',
    },
  ],
  [search, { description: 'Looks through ConductorOne’s system log now.' }],
] as const)
  z.globalRegistry.add(schema, words)
