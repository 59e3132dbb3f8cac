import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { judge } from '../intake/judge.ts'
import { countDelivery, forgedProblem, ignore, receive } from '../intake/receive.ts'
import { explainEdit, take } from '../intake/take.ts'
import type { Reply } from '../ledger/replies.ts'
import type { Claimant } from '../ledger/sameness.ts'
import { noteRevision, noteTransfer } from '../ledger/shards.ts'
import { hex, sha256Bytes } from '../lib/encoding.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { parseRequestJson, repeatedMembers } from '../problem/body.ts'
import { problemResponse } from '../problem/problem.ts'
import { takenUntil } from '../sources/body-time.ts'
import type { Revision, Source } from '../sources/source.ts'
import { sources } from '../sources/sources.ts'

/** Deliveries of ticketing systems: verified, read, claimed and answered before ConductorOne is asked anything. */
export const webhooks = factory.createApp().post('/:source', configured, async (c) => {
  const name = c.req.param('source')
  const { config } = c.get('deployment')
  const source = sources.get(name)
  const body = await receive(c, name, source?.proofs)
  if (!source) throw forgedProblem() // receive has refused it already
  const { headers } = c.req.raw
  const json = parseRequestJson(body)
  const until = source.bodyTime && takenUntil(source.bodyTime, json, world.now())
  if (source.bodyTime && until === undefined) throw forgedProblem()

  const reading = source.read({ headers, json, options: config.sources })
  const claimant = { source: name, caller: name }
  if (reading.kind === 'transferred') {
    await noteTransfer(c.env, claimant, reading.from, reading.to)
    return ignore(c, name, reading.reason)
  }
  const isNewest = await noteIfNewest(c, claimant, reading.revision, until)
  if (reading.kind === 'ignored') return ignore(c, name, reading.reason)
  if (!isNewest) return ignore(c, name, OUTDATED)
  await countDelivery(c, name)
  const deliveryId = source.deliveryIdHeader && headers.get(source.deliveryIdHeader)
  // only an administrator's template repeats members, for a title that it inserts unescaped
  const repeated = reading.issue === undefined ? repeatedMembers(body) : []
  const faults = [...reading.faults, ...repeated]
  const judgement = judge({ ...reading, faults }, config, name)
  const digest = hex(await sha256Bytes(body))
  const reply = await take(c, {
    ...reading,
    ...judgement,
    source: name,
    deliveryId: deliveryId || digest,
    once: until === undefined ? undefined : { digest, until },
    tell: judgement.order.ticket && Object.hasOwn(config.ticketTokens, name) ? { kind: 'ticket' } : null,
  })
  return answer(c, name, source, reply)
})

const OUTDATED =
  'a newer change of this issue was seen; if it still asks for a vault, take the label off and put it on again'

/** Notes how a ticket is now; returns false if a newer delivery of it was seen. */
async function noteIfNewest(
  { env }: Context<AppEnv>,
  claimant: Claimant,
  revision: Revision | undefined,
  until: number | undefined,
): Promise<boolean> {
  if (!revision || until === undefined) return true
  return noteRevision(env, claimant, revision.issue, { changedAt: revision.changedAt, until })
}

function answer(c: Context<AppEnv>, name: string, source: Source, reply: Reply): Response {
  const { record } = reply
  c.header('Location', `/v1/requests/${record.id}`)
  switch (reply.kind) {
    case 'accepted':
      return c.json({ request: record }, source.acceptedStatus)
    case 'running':
      return c.json({ request: record })
    case 'ended':
      if (reply.replayed) return c.json({ request: record }, 200, { 'Idempotent-Replayed': 'true' })
      return record.problem && source.refusedStatus === 422
        ? problemResponse({ ...record.problem, status: 422 }, { Location: `/v1/requests/${record.id}` })
        : c.json({ request: record })
    case 'reused':
      return ignore(c, name, explainEdit(record.id))
  }
}
