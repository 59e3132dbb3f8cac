import { createExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { app } from '../../../src/app.ts'
import type { Bindings } from '../../../src/env.ts'
import { newRequestId } from '../../../src/ledger/request-id.ts'
import { world } from '../../../src/lib/world.ts'
import { bindings, stageTenant } from '../stage.ts'

stageTenant()

const EARLIER = newRequestId(world)

/** Sends a create to a ledger that breaks off, and then says this of the request under its key. */
async function create(idUnder: () => Promise<string | null>, key = 'the same') {
  let claimedId = ''
  const shard = {
    async submit({ id }: { readonly id: string }) {
      claimedId = id
      throw Object.assign(new Error('The Durable Object was reset.'), { durableObjectReset: true })
    },
    idUnder,
  }
  const LEDGER = { getByName: () => shard } as unknown as Bindings['LEDGER']
  const request = new Request('https://vaults.example.com/v1/vaults', {
    method: 'POST',
    headers: {
      Authorization: 'Bearer runbook-key-0123456789-abcdefghijklmnop',
      'Content-Type': 'application/json',
      ...(key && { 'Idempotency-Key': key }),
    },
    body: JSON.stringify({ name: 'Payroll', owners: ['owner@example.com'] }),
  })
  const response = await app.fetch(request, { ...bindings, LEDGER }, createExecutionContext())
  const { code, instance, detail } = (await response.json()) as Record<string, string>
  const { headers } = response
  return {
    claimedId,
    code,
    instance,
    detail,
    location: headers.get('Location'),
    requestId: headers.get('X-Request-Id'),
  }
}

const NOTHING_SENT = 'nothing was sent'

test('an interrupted retry names the request that it runs under, and does not say that nothing was sent', async () => {
  const answer = await create(async () => EARLIER)
  expect(answer).toMatchObject({
    code: 'outcome-unknown',
    instance: EARLIER,
    location: `/v1/requests/${EARLIER}`,
    requestId: EARLIER,
  })
  expect(answer.detail).toContain(EARLIER)
  expect(answer.detail).not.toContain(NOTHING_SENT)
  expect(JSON.stringify(answer.detail)).not.toContain(answer.claimedId)
})

test('an interrupted retry names no request if the ledger cannot say which one it is', async () => {
  const answer = await create(() => Promise.reject(new Error('The Durable Object was reset.')))
  expect(answer).toMatchObject({ code: 'outcome-unknown', location: null })
  expect(answer.detail).not.toMatch(/req_|nothing was sent/)
})

test.each([
  ['with a key', 'a new one'],
  ['without a key', ''],
])(
  'an interrupted first attempt %s names its own id, under which nothing is found if nothing was sent',
  async (_, key) => {
    const answer = await create(async () => null, key)
    expect(answer).toMatchObject({ code: 'outcome-unknown', location: `/v1/requests/${answer.claimedId}` })
    expect(answer.detail).toContain(NOTHING_SENT)
  },
)
