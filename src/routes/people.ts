import { factory } from '../app-env.ts'
import { Person } from '../ledger/forget.ts'
import { forgetAddress } from '../ledger/shards.ts'
import { log } from '../lib/log.ts'
import { caller } from '../middleware/caller.ts'
import { jsonBody } from '../middleware/json-body.ts'

/** What an operator has to look after, since it is out of our reach. */
const NOT_REACHED = [
  'The description of the vault in ConductorOne, which names who asked.',
  'Tickets and chat messages.',
  'Point-in-time recovery of the ledger, which goes back 30 days.',
]

/** Lets operators remove what is stored of a person. */
export const people = factory.createApp().post('/forget', caller('operate'), jsonBody(Person), async (c) => {
  const counts = await forgetAddress(c.env, c.req.valid('json').email)
  log('info', 'person.forgotten', { request: c.get('requestId'), caller: c.get('caller').name, ...counts })
  return c.json({ ...counts, notReached: NOT_REACHED }, 200)
})
