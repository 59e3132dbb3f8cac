import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { edited, forged, ignore, isCurrent, judge, receive, take } from '../intake/intake.ts'
import type { Reply } from '../ledger/replies.ts'
import { hex, sha256Bytes } from '../lib/encoding.ts'
import { configured } from '../middleware/configured.ts'
import { jsonOf } from '../middleware/limited-body.ts'
import { problemResponse } from '../problem/problem.ts'
import type { Source } from '../sources/source.ts'
import { sources } from '../sources/sources.ts'

/** Deliveries of ticketing systems: verified, read, claimed and answered before ConductorOne is asked anything. */
export const webhooks = factory.createApp().post('/:source', configured, async (c) => {
  const name = c.req.param('source')
  const { config } = c.get('deployment')
  const source = sources.get(name)
  const body = await receive(c, name, source?.proofs)
  if (!source) throw forged() // receive has said so already
  const { headers } = c.req.raw
  const json = jsonOf(body)
  if (source.time && !isCurrent(source.time, json)) throw forged()

  const reading = source.read({ headers, json, options: config.sources })
  if (reading.kind === 'ignored') return ignore(c, name, reading.why)
  const delivery = source.deliveryId && headers.get(source.deliveryId)
  const judged = judge(reading.request, reading.words, config)
  const reply = await take(c, {
    ...judged,
    source: name,
    delivery: delivery || hex(await sha256Bytes(body)),
    tell: judged.order.ticket && Object.hasOwn(config.ticketTokens, name) ? { kind: 'ticket' } : null,
  })
  return answer(c, name, source, reply)
})

function answer(c: Context<AppEnv>, name: string, source: Source, reply: Reply): Response {
  const { record } = reply
  c.header('Location', `/v1/requests/${record.id}`)
  switch (reply.kind) {
    case 'accepted':
      return c.json({ request: record }, source.accepted)
    case 'running':
      return c.json({ request: record })
    case 'ended':
      if (reply.replayed) return c.json({ request: record }, 200, { 'Idempotent-Replayed': 'true' })
      return record.problem && source.refused === 422
        ? problemResponse({ ...record.problem, status: 422 }, { Location: `/v1/requests/${record.id}` })
        : c.json({ request: record })
    case 'reused':
      return ignore(c, name, edited(record.id))
  }
}
