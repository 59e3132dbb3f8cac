import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ChatServers, chats, slackCommand, startChatServers, teamsMessage } from '../support/chats.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const POLL = { timeout: 50_000, interval: 100 }
const OWNER = 'owner@example.com'
let servers: ChatServers
let stage: Stage

beforeAll(async () => {
  servers = await startChatServers(['hooks.slack.com', 'slack.com'])
  const secrets = { slack: chats.slack.secret, teams: chats.teams.secret }
  stage = await startStage({ WEBHOOK_SECRETS: JSON.stringify(secrets) }, { outbound: servers.outbound })
})
afterAll(async () => {
  await stage.stop()
  await servers.stop()
})
beforeEach(() => stage.clear())

async function vaults(name: string) {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name)
}

async function records(name: string) {
  const { body } = await stage.worker.call('GET', '/v1/requests', { as: 'operator' })
  return body.requests.filter((request: { name: string }) => request.name === name)
}

function say(chat: 'slack' | 'teams', body: string) {
  const { type, sign } = chats[chat]
  const headers = { 'Content-Type': type, ...sign(body, Date.now()) }
  return stage.worker.call('POST', `/webhooks/${chat}`, { as: null, body, headers })
}

/** Sends a create whose answer does not come in time, and holds the answer to what is known of it. */
async function lose() {
  const json = {
    name: unique('Lost'),
    owners: [OWNER],
    requestedBy: 'Jane Doe',
    ticket: { id: unique('SEC') },
  }
  const answer = await stage.worker.create(json)
  expectProblem(answer, 'outcome-unknown')
  const id = answer.body.instance
  expect(answer.headers.get('location')).toBe(`/v1/requests/${id}`)
  expect(answer.headers.get('retry-after')).toBeNull()
  expect(answer.body.detail).toContain(`“${json.name}”`)
  const provenance = new RegExp(`Requested by Jane Doe, via runbook, ticket SEC \\w+, request ${id}`)
  expect(answer.body.detail).toMatch(provenance)
  expect(answer.body.detail).toContain(`POST /v1/requests/${id}/resolve`)
  return { json, id, answer }
}

test.each([
  ['has no end', 'endless'],
  ['does not come in time', { kind: 'delay', ms: 27_000 }],
] as const)(
  'a create whose answer %s is unknown, never sent again, and leaves one vault',
  async (_, fault) => {
    await stage.simulator.control.fault('create', fault)
    const { json, id, answer } = await lose()
    await expect.poll(() => vaults(json.name), { timeout: 10_000 }).toHaveLength(1)
    for (const { description } of await vaults(json.name)) expect(answer.body.detail).toContain(description)

    const replay = await stage.worker.create(json)
    const replayed = [replay.status, replay.body, replay.headers.get('idempotent-replayed')]
    expect(replayed).toEqual([504, answer.body, 'true'])
    const sent = stage.wire.calls.filter(
      ({ path, body }) => path === '/api/v1/vaults' && body.includes(json.name),
    )
    expect(sent).toHaveLength(1)
    expect(await vaults(json.name)).toHaveLength(1)
    const { body } = await stage.worker.call('GET', `/v1/requests/${id}`)
    expect(body).toMatchObject({ id, status: 'unknown', vault: null, problem: answer.body })
  },
)

test('Slack is answered at once while ConductorOne takes 20 seconds; the result follows once', async () => {
  await stage.simulator.control.fault('create', { kind: 'delay', ms: 20_000 })
  const name = unique('Slow')
  const url = `https://hooks.slack.com/commands/T111/1/${crypto.randomUUID()}`
  const answer = await say(
    'slack',
    slackCommand({ text: `create "${name}" owners:${OWNER}`, response_url: url }),
  )
  expect(answer.body.text).toBe('The vault is being created')
  expect([await vaults(name), servers.at(url)]).toEqual([[], []])
  await expect.poll(() => servers.at(url), POLL).not.toEqual([])
  await expect.poll(async () => (await records(name))[0]?.status, POLL).toBe('created')
  // a second vault is through, so what was to be said of the first one has been said
  const next = `https://hooks.slack.com/commands/T111/2/${crypto.randomUUID()}`
  await say('slack', slackCommand({ text: `create "${unique('Next')}" owners:${OWNER}`, response_url: next }))
  await expect.poll(() => servers.at(next), POLL).not.toEqual([])
  expect(servers.at(url).map(({ body }) => body.text)).toEqual(['The vault was created'])
  expect(await vaults(name)).toHaveLength(1)
})

test('Teams is told that the vault is being created while ConductorOne is slow, and finds it later', async () => {
  await stage.simulator.control.fault('create', { kind: 'delay', ms: 8_000 })
  const name = unique('Slow Teams')
  const answer = await say('teams', teamsMessage(`create "${name}" owners:${OWNER}`, Date.now()))
  expect(JSON.stringify(answer.body)).toContain('The vault is being created')
  await expect.poll(async () => (await records(name))[0]?.status, POLL).toBe('created')
  const [{ id }] = await records(name)
  const status = await say('teams', teamsMessage(`status ${id}`, Date.now()))
  expect(JSON.stringify(status.body)).toContain('The vault was created')
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
