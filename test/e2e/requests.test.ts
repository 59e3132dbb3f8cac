import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import type { CallOptions } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
let stage: Stage
/** The requests that the tests look at, oldest first. */
const ids: string[] = []

beforeAll(async () => {
  stage = await startStage()
  for (let number = 0; number < 25; number++) {
    if (number % 5 === 1) await stage.simulator.control.fault('create', 'bad-request')
    if (number % 5 === 2) await stage.simulator.control.fault('create', 'internal', { when: 'after' })
    ids.push(await add(`SEC-${number % 2}`, number % 5 === 3 ? 'other' : 'runbook'))
  }
})
afterAll(() => stage.stop())

/** Makes a request, and returns its id. */
async function add(ticket: string, as: 'runbook' | 'other'): Promise<string> {
  const answer = await stage.worker.create(
    { name: unique('Listed'), owners: [OWNER], ticket: { id: ticket } },
    { as },
  )
  return answer.headers.get('x-request-id') ?? ''
}

async function list(query: string, as: CallOptions['as'] = 'operator') {
  const { status, body } = await stage.worker.call('GET', `/v1/requests${query}`, { as })
  expect(status).toBe(200)
  return {
    ids: body.requests.map(({ id }: { id: string }) => id) as string[], // every record has an id
    cursor: body.cursor as string | null, // as the contract says
    requests: body.requests,
  }
}

const every = (wanted: (number: number) => boolean) => ids.filter((_, number) => wanted(number)).toReversed()

test('requests are listed newest first, each as it reads by itself', async () => {
  const all = await list('')
  expect([all.ids, all.cursor]).toEqual([ids.toReversed(), null])
  for (const record of all.requests)
    expect((await stage.worker.call('GET', `/v1/requests/${record.id}`, { as: 'operator' })).body).toEqual(
      record,
    )
})

test.each<[string, CallOptions['as'], (number: number) => boolean]>([
  ['?status=created', 'operator', (number) => number % 5 !== 1 && number % 5 !== 2],
  ['?status=failed', 'operator', (number) => number % 5 === 1],
  ['?status=unknown', 'operator', (number) => number % 5 === 2],
  ['?status=creating', 'operator', () => false],
  ['?ticket=SEC-1', 'operator', (number) => number % 2 === 1],
  ['?ticket=SEC-1&status=failed', 'operator', (number) => number % 2 === 1 && number % 5 === 1],
  ['?ticket=SEC', 'operator', () => false],
  ['', 'runbook', (number) => number % 5 !== 3],
  ['', 'other', (number) => number % 5 === 3],
  ['?ticket=SEC-1', 'other', (number) => number % 5 === 3 && number % 2 === 1],
  ['', 'reader', () => false],
])('the list %s of %s has what fits, and nothing else', async (query, as, wanted) => {
  expect(await list(query, as)).toMatchObject({ ids: every(wanted), cursor: null })
})

test('a request is read by whoever made it and by operators', async () => {
  const path = `/v1/requests/${ids[3]}`
  for (const as of ['other', 'operator'] as const)
    expect((await stage.worker.call('GET', path, { as })).status).toBe(200)
  for (const as of ['runbook', 'reader'] as const)
    expectProblem(await stage.worker.call('GET', path, { as }), 'not-found')
})

test.each([1, 4, 25, 100])(
  'pages of %i have every request once, whatever is added meanwhile',
  async (limit) => {
    const known = await list('?limit=100')
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`?limit=${limit}${cursor && `&cursor=${cursor}`}`)
      expect(page.ids.length).toBeLessThanOrEqual(limit)
      seen.push(...page.ids)
      cursor = page.cursor
      if (seen.length <= 3 * limit) await add(unique('new'), 'runbook')
    }
    expect(seen).toEqual(known.ids)
  },
)

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
