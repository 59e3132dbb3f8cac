import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { judge } from '../intake/judge.ts'
import { countDelivery, forgedProblem, ignore, receive } from '../intake/receive.ts'
import { explainEdit, take } from '../intake/take.ts'
import type { Reply } from '../ledger/replies.ts'
import { noteTransfer } from '../ledger/shards.ts'
import { hex, sha256Bytes } from '../lib/encoding.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { parseRequestJson, repeatedMembers } from '../problem/body.ts'
import { type FieldFault, problemResponse } from '../problem/problem.ts'
import { isCurrent } from '../sources/proof.ts'
import type { Source } from '../sources/source.ts'
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
  if (source.bodyTime && !isCurrent(source.bodyTime, json, world.now())) throw forgedProblem()

  const reading = source.read({ headers, json, options: config.sources })
  if (reading.kind === 'transferred')
    await noteTransfer(c.env, { source: name, caller: name }, reading.from, reading.to)
  if (reading.kind !== 'request') return ignore(c, name, reading.reason)
  await countDelivery(c, name)
  const deliveryId = source.deliveryIdHeader && headers.get(source.deliveryIdHeader)
  // only an administrator's template repeats members, for a title that it inserts unescaped
  const repeated = reading.issue === undefined ? repeatedMembers(new TextDecoder().decode(body)) : []
  const faults = [...reading.faults, ...repeated.map(inQuotes)]
  const judgement = judge({ ...reading, faults }, config, name)
  const reply = await take(c, {
    ...reading,
    ...judgement,
    source: name,
    deliveryId: deliveryId || hex(await sha256Bytes(body)),
    tell: judgement.order.ticket && Object.hasOwn(config.ticketTokens, name) ? { kind: 'ticket' } : null,
  })
  return answer(c, name, source, reply)
})

/** Names the member in the detail, as every fault of a delivery does. */
function inQuotes({ pointer, detail }: FieldFault): FieldFault {
  return { pointer, detail: `“${pointer.slice(1)}” ${detail}` }
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
