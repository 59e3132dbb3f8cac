import * as z from 'zod/mini'
import { ListQuery } from '../../src/ledger/filter.ts'
import { Settlement } from '../../src/ledger/settlement.ts'
import { CreateQuery } from '../../src/provisioning/request.ts'

// said in the description only, so the Worker does not carry it
const { dry_run } = CreateQuery.shape
const { status, ticket, limit, cursor } = ListQuery.shape
const [found, none] = Settlement.def.options

for (const [schema, words] of [
  [
    dry_run,
    { description: 'Look the owners up and show what would be sent. Nothing is created or recorded.' },
  ],
  [status, { description: 'Only requests that have come this far.' }],
  [ticket, { description: 'Only requests of the ticket with this id.', examples: ['SEC-42'] }],
  [limit, { description: 'How many requests a page has at most: 1 to 100.' }],
  [
    cursor,
    { description: 'The `cursor` of the page before this one.', examples: ['req_01m83setgvfryzrhs4470v10'] },
  ],
  [found, { description: 'The vault was found: it is read from ConductorOne and recorded.' }],
  [none, { description: 'There is no vault: the request has failed, and its key is free again.' }],
] as const)
  z.globalRegistry.add(schema, words)
