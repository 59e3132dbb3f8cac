import { introspectWorkflow, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { SHARDS } from '../../../src/ledger/request-id.ts'
import {
  bindings,
  CALLBACK_URL,
  claimFor,
  entryOf,
  json,
  NOT_NOW,
  stageTenant,
  travel,
  write,
} from '../stage.ts'

const { script, sentTo } = stageTenant()

const MINUTE_MS = 60_000
const EACH_COUNT = 5
/** What a request is at when its Workflow dies, and what becomes of it in the end. */
const OUTCOMES = {
  starting: 'created',
  waiting: 'created',
  sending: 'created',
  telling: 'created',
  searching: 'unknown',
  refused: 'failed',
} as const
type Moment = keyof typeof OUTCOMES

const momentIn = (text: unknown) => /[a-z]+/.exec(String(text).toLowerCase())?.[0] as Moment
const TOO_BUSY = json({}, 503, { 'Retry-After': '1000' })

/** A tenant and a receiver that bring each request to its moment. */
function setTheStage(isSendingOver: () => boolean): void {
  const firstTime = new Set<string>()
  const isFirst = (what: string) => !firstTime.has(what) && Boolean(firstTime.add(what))
  const findUser = script.users[0] ?? NOT_NOW
  script.users = [
    (body, init) => {
      const { email } = Object(body)
      return momentIn(email) === 'waiting' && isFirst(email) ? NOT_NOW(body, init) : findUser(body, init)
    },
  ]
  const create = script.create[0] ?? NOT_NOW
  script.create = [
    async (body, init) => {
      const moment = momentIn(Object(body).displayName)
      while (moment === 'sending' && !isSendingOver()) await scheduler.wait(1)
      if (moment === 'searching') return json({}, 500)(body, init)
      return moment === 'refused' ? json({}, 400)(body, init) : create(body, init)
    },
  ]
  script.callback = [
    (body, init) => {
      const { name } = Object(body).data
      const isAway = ['telling', 'refused'].includes(momentIn(name)) && isFirst(name)
      return isAway ? TOO_BUSY(body, init) : new Response(null, { status: 204 })
    },
  ]
}

test('whatever a Workflow dies at, its request has ended and is told a quarter of an hour later', async () => {
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  let isSendingOver = false
  setTheStage(() => isSendingOver)
  const moments = Object.keys(OUTCOMES) as Moment[]
  const requests = await Promise.all(
    moments.flatMap((moment) =>
      Array.from({ length: EACH_COUNT }, async (_, number) => {
        const name = `${moment} ${number}`
        const owners = [`${moment}-${number}@example.com`]
        const claimed = await claimFor({
          background: true,
          fields: { name, owners, callbackUrl: CALLBACK_URL },
        })
        return { ...claimed, moment, name }
      }),
    ),
  )
  for (const { ledger, claim, stub, moment } of requests) {
    if (moment !== 'sending') await ledger.submit(claim)
    else {
      // the ledger was killed before its own attempt, so that the Workflow makes it
      await write(stub, entryOf(claim, { updatedAt: Date.now() - MINUTE_MS }))
      await runInDurableObject(stub, (shard) => shard.alarm())
    }
  }
  const callsFor = (to: 'create' | 'callback', name: string) =>
    sentTo(to).filter(({ body }) => (Object(body).displayName ?? Object(body).data?.name) === name)
  const hasCome: Readonly<Record<Moment, (one: (typeof requests)[number]) => Promise<unknown>>> = {
    starting: async () => true,
    waiting: async ({ ledger, claim }) => (await ledger.read(claim.id))?.problem,
    sending: async ({ name }) => callsFor('create', name).length > 0,
    telling: async ({ name }) => callsFor('callback', name).length > 0,
    searching: async ({ ledger, claim }) => (await ledger.read(claim.id))?.status === 'unknown',
    refused: async ({ name }) => callsFor('callback', name).length > 0,
  }
  for (const one of requests)
    await vi.waitFor(async () => expect(await hasCome[one.moment](one), one.name).toBeTruthy(), {
      timeout: 20_000,
    })

  for (const { claim } of requests) {
    const workflow = await vi.waitFor(() => bindings.PROVISION.get(`${claim.id}-1`))
    await workflow.terminate().catch(() => undefined) // it may have ended
  }
  isSendingOver = true
  travel(11 * MINUTE_MS)
  for (const shard of SHARDS) await runDurableObjectAlarm(bindings.LEDGER.getByName(`shard-${shard}`))

  for (const { ledger, claim, moment, name } of requests) {
    const status = OUTCOMES[moment]
    await vi.waitFor(
      async () => {
        expect([name, (await ledger.read(claim.id))?.status]).toEqual([name, status])
        expect(callsFor('callback', name).map(({ body }) => Object(body).type)).toContain(`vault.${status}`)
        expect((await ledger.readDetails(claim.id))?.told).toContainEqual(
          expect.objectContaining({ error: null }),
        )
      },
      { timeout: 20_000 },
    )
    expect([name, callsFor('create', name).length]).toEqual([name, 1])
  }
})
