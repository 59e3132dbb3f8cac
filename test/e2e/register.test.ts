import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ChatName,
  chats,
  discordCommand,
  mattermostCommand,
  slackCommand,
  teamsMessage,
} from '../support/chats.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { senders } from '../support/senders.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import type { Answer } from '../support/worker.ts'

const OWNER = 'owner@example.com'
const OWNER_ID = '2mQg9IILyNefQ6oMTvolM4FjD01'
const PATIENCE = { timeout: 40_000, interval: 100 }
const OPERATOR = { as: 'operator' } as const
const HEADER =
  '"id","name","owners","owner_ids","ticket","ticket_url","requested_by","approved_by","source","caller","preset","credential_ttl","created_at","settled_by","forced","request"'
let stage: Stage

beforeAll(async () => {
  const secrets = Object.entries({ ...senders, ...chats }).map(([source, { secret }]) => [source, secret])
  stage = await startStage({
    WEBHOOK_SECRETS: JSON.stringify(Object.fromEntries(secrets)),
    SOURCES: JSON.stringify({ jira: { fields: { owners: 'customfield_10050' } } }),
    POLICY: JSON.stringify({ presets: { payroll: {} } }),
  })
})
afterAll(() => stage.stop())

/** Makes a vault, and returns the record of its request. */
async function make(fields: object, options?: Parameters<Stage['worker']['create']>[1]) {
  const answer = await stage.worker.create({ name: unique('Made'), owners: [OWNER], ...fields }, options)
  expect(answer.status).toBe(201)
  return answer.body.request
}

function list(
  query: Readonly<Record<string, string>> = {},
  as: 'runbook' | 'other' | 'operator' = 'operator',
) {
  return stage.worker.call('GET', `/v1/vaults?${new URLSearchParams(query)}`, { as })
}

async function requestsOf(query: Readonly<Record<string, string>>, as?: 'runbook' | 'other' | 'operator') {
  const { body } = await list(query, as)
  return body.vaults.map(({ request }: { request: string }) => request)
}

async function csv(query: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const headers = { Accept: 'text/csv' }
  return stage.worker.call('GET', `/v1/vaults?${new URLSearchParams(query)}`, { ...OPERATOR, headers })
}

describe('the list', () => {
  const word = unique('Listed').replace(' ', '-')
  const made: { id: string; createdAt: string }[] = []

  beforeAll(async () => {
    const first = { ticket: { id: `SEC-${word}` }, requestedBy: 'jane@example.com', credentialTtl: '30d' }
    made.push(await make({ name: `${word} one`, ...first }))
    made.push(await make({ name: `${word} two`, preset: 'payroll' }, { as: 'other' }))
    made.push(await make({ name: `${word} three`, owners: ['second.owner@example.com'] }))
  })

  test('says of each vault whose it is and why it exists', async () => {
    const { body } = await list({ ticket: `sec-${word}` })
    expect(body).toEqual({
      vaults: [
        {
          id: expect.any(String),
          name: `${word} one`,
          owners: [{ input: OWNER, id: OWNER_ID }],
          ticket: { id: `SEC-${word}` },
          requestedBy: 'jane@example.com',
          approvedBy: null,
          source: 'api',
          caller: 'runbook',
          preset: null,
          credentialTtl: '2592000s',
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          settledBy: null,
          forced: false,
          request: made[0]?.id,
        },
      ],
      cursor: null,
    })
  })

  test('shows a caller its own vaults, and an operator everyone’s', async () => {
    const [one, two, three] = made.map(({ id }) => id)
    expect(await requestsOf({ q: word })).toEqual([three, two, one])
    expect(await requestsOf({ q: word }, 'runbook')).toEqual([three, one])
    expect(await requestsOf({ q: word }, 'other')).toEqual([two])
  })

  test.each<[string, Readonly<Record<string, string>>, number[]]>([
    ['a part of the name', { q: `${word} TWO` }, [1]],
    ['a part of the ticket', { q: `sec-${word}` }, [0]],
    ['an owner, in any case', { q: word, owner: 'Second.Owner@example.com' }, [2]],
    ['an owner’s id', { q: word, owner: OWNER_ID }, [1, 0]],
    ['a preset', { q: word, preset: 'payroll' }, [1]],
    ['a time that has not come', { q: word, since: '2100-01-01' }, []],
    ['a time that is over', { q: word, until: '2020-01-01' }, []],
    ['a time that all of them have', { q: word, since: '2020-01-01', until: '2100-01-01' }, [2, 1, 0]],
  ])('can be narrowed to %s', async (_, query, expected) => {
    expect(await requestsOf(query)).toEqual(expected.map((index) => made[index]?.id))
  })

  test('comes in pages', async () => {
    const first = await list({ q: word, limit: '2' })
    expect(first.body.vaults.map(({ request }: { request: string }) => request)).toEqual([
      made[2]?.id,
      made[1]?.id,
    ])
    const second = await list({ q: word, limit: '2', cursor: first.body.cursor })
    expect(second.body).toMatchObject({ vaults: [{ request: made[0]?.id }], cursor: null })
  })

  test('refuses a query that it does not know, with every fault', async () => {
    expectProblem(await list({ cursor: 'x', since: 'soon', owners: OWNER }), 'invalid-request', [
      '/since',
      '/cursor',
      '/owners',
    ])
  })
})

test.each([
  ['application/json, text/csv;q=0', 'application/json'],
  ['application/json, text/csv;q=0.1', 'application/json'],
  ['text/csv;q=0', 'application/json'],
  ['*/*', 'application/json'],
  ['text/html, */*;q=0.8', 'application/json'],
  ['application/json;q=0.1, text/csv', 'text/csv'],
  ['Text/CSV; header=present', 'text/csv'],
])('to a caller that accepts %s the register is %s', async (accepted, type) => {
  const { headers } = await stage.worker.call('GET', '/v1/vaults?limit=1&q=none', {
    ...OPERATOR,
    headers: { Accept: accepted },
  })
  expect(headers.get('content-type')).toContain(type)
})

test('as CSV it has fixed columns, quotes every cell, and runs no formula', async () => {
  const word = unique('csv').replace(' ', '-')
  const formulas = ['=1+1', '+1', '-1', '@sum(A1)']
  const ids: string[] = []
  for (const formula of formulas)
    ids.push(
      (
        await make({
          name: `${formula} "${word}", x`,
          requestedBy: `${formula} jane`,
          ticket: { id: `${formula} ${word}` },
        })
      ).id,
    )
  const answer = await csv({ q: word })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  const lines = String(answer.body).split('\r\n')
  expect(lines[0]).toBe(HEADER)
  expect(lines.at(-1)).toBe('')
  expect(lines.slice(1, -1)).toEqual(
    formulas.toReversed().map((formula, index) => {
      const id = ids.toReversed()[index]
      return expect.stringMatching(
        new RegExp(
          `^"\\w+","'${RegExp.escape(formula)} ""${word}"", x","${OWNER}","${OWNER_ID}","'${RegExp.escape(formula)} ${word}","","'${RegExp.escape(formula)} jane","","api","runbook","","","[^"]+","","false","${id}"$`,
        ),
      )
    }),
  )
})

test('a person who is forgotten is in no record and no line of the register, and the answer says what it cannot reach', async () => {
  const person = `${unique('jo').replace(' ', '.')}@example.com`
  const word = unique('Forgotten')
  const ticket = { id: word }
  const request = { name: word, owners: [OWNER], requestedBy: person, ticket, description: `for ${person}` }
  const { id } = await make(request)
  const json = { email: person.toUpperCase() }
  expectProblem(await stage.worker.call('POST', '/v1/people/forget', { json }), 'forbidden')
  const forgotten = await stage.worker.call('POST', '/v1/people/forget', { ...OPERATOR, json })
  expect(forgotten.body).toMatchObject({ requests: 1, pending: 0 })
  const notReached = forgotten.body.notReached.join(' ')
  for (const place of ['description of the vault in ConductorOne', 'Tickets', '30 days'])
    expect(notReached).toContain(place)
  const record = await stage.worker.call('GET', `/v1/requests/${id}?attempts=true`, OPERATOR)
  expect(record.body).toMatchObject({ id, requestedBy: null, name: word })
  expect(
    JSON.stringify([record.body, (await list({ q: word })).body, (await csv({ q: word })).body]),
  ).not.toContain(person)
  // digests, ids and keys are kept, so the same request makes no second vault
  const again = await stage.worker.create(request)
  expect([again.status, again.body.request.id]).toEqual([201, id])
  expect(again.headers.get('idempotent-replayed')).toBe('true')
})

/** Waits for a vault of that name, and returns its line of the register. */
async function registered(name: string) {
  await expect.poll(async () => (await list({ q: name })).body.vaults.length, PATIENCE).toBe(1)
  return (await list({ q: name })).body.vaults[0]
}

async function descriptionOf(name: string) {
  const vaults = await stage.simulator.control.vaults()
  return vaults.find(({ displayName }) => displayName === name)?.description
}

let tickets = 900

describe('who asked and who approved stand on the record, in the description and in the register', () => {
  test.each(Object.entries(senders))('%s', async (source, sender) => {
    const asked = { number: ++tickets, name: unique('Source'), owners: OWNER }
    const body = JSON.stringify(sender.payload(asked))
    const headers = sender.sign(body, sender.secret, sender.stamp(Date.now()))
    const type = { 'Content-Type': 'application/json' }
    await stage.worker.call('POST', `/webhooks/${source}`, {
      as: null,
      body,
      headers: { ...type, ...headers },
    })
    const { requestedBy, approvedBy } = sender
    const row = await registered(asked.name)
    const ticket = sender.ticket(asked.number)
    expect(row).toMatchObject({ requestedBy, approvedBy, source, caller: source, ticket })
    const record = await stage.worker.call('GET', `/v1/requests/${row.request}`, OPERATOR)
    expect(record.body).toMatchObject({ requestedBy, approvedBy, source, ticket, vault: { id: row.id } })
    const approver = approvedBy === null ? '' : `approved by ${approvedBy}, `
    expect(await descriptionOf(asked.name)).toContain(
      `Requested by ${requestedBy}, ${approver}via ${source}, ticket ${ticket.id}`,
    )
  })

  const commands: Readonly<Record<ChatName, (text: string) => string>> = {
    slack: (text) => slackCommand({ text }),
    teams: (text) => teamsMessage(text, Date.now()),
    discord: (text) => discordCommand(text, 'token'),
    mattermost: (text) => mattermostCommand({ text }),
  }

  test.each(Object.entries(commands))('%s', async (source, command) => {
    const name = unique('Chat')
    const body = command(`create "${name}" owners:${OWNER} preset:payroll`)
    const chat = chats[source as ChatName] // the table's own names
    const headers = { 'Content-Type': chat.type, ...chat.sign(body, Date.now()) }
    await stage.worker.call('POST', `/webhooks/${source}`, { as: null, body, headers })
    const row = await registered(name)
    expect(row).toMatchObject({
      requestedBy: expect.stringMatching(/./),
      approvedBy: null,
      source,
      preset: 'payroll',
    })
    const record = await stage.worker.call('GET', `/v1/requests/${row.request}`, OPERATOR)
    expect(record.body).toMatchObject({ requestedBy: row.requestedBy, approvedBy: null, preset: 'payroll' })
    expect(await descriptionOf(name)).toContain(`Requested by ${row.requestedBy}, via ${source}`)
  })
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
