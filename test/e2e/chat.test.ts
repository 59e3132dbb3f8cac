import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type ChatName,
  type ChatServers,
  chats,
  discordCommand,
  mattermostCommand,
  slackCommand,
  slackPayload,
  startChatServers,
  teamsMessage,
} from '../support/chats.ts'
import { expectProblem } from '../support/problem.ts'
import { sendRaw } from '../support/raw.ts'
import { expectNoSecrets, expectNoSecretsOnDisk } from '../support/secrets.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

const PATIENCE = { timeout: 50_000, interval: 100 }
const OWNER = 'owner@example.com'
const TOKEN = 'xoxb-0123456789-bot-token-of-the-test'
const HOST = 'chat.example.com'
const PEOPLE: Readonly<Record<string, string>> = { U111: OWNER, U222: 'second.owner@example.com' }

let folder: string
let credential: Awaited<ReturnType<typeof newCredential>>
let servers: ChatServers
let simulator: Simulator
/** with a bot token, and without one */
let worker: VaultWorker
let tokenless: VaultWorker

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-'))
  credential = await newCredential('127.0.0.1')
  simulator = await startSimulator({ credentials: [credential.credential] })
  servers = await startChatServers(['hooks.slack.com', 'slack.com', 'discord.com', HOST, 'evil.example'])
  slackKnowsPeople()
  servers.will('views.open', () => ({ ok: true }))
  const bindings = {
    ...settings(credential, simulator.url),
    WEBHOOK_SECRETS: JSON.stringify(
      Object.fromEntries(Object.entries(chats).map(([name, { secret }]) => [name, secret])),
    ),
    CALLBACK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    POLICY: JSON.stringify({ allowedCallbackHosts: [HOST] }),
  }
  const { outbound } = servers
  worker = await startWorker({ ...bindings, SLACK_BOT_TOKEN: TOKEN }, { outbound, persist: folder })
  tokenless = await startWorker(bindings, { outbound })
})
afterAll(async () => {
  await worker.stop()
  await tokenless.stop()
  await servers.stop()
  await simulator.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => simulator.control.clearFaults())

function slackKnowsPeople(): void {
  servers.will('users.info', ({ url }) => {
    const email = PEOPLE[new URL(url).searchParams.get('user') ?? '']
    return email ? { ok: true, user: { profile: { email } } } : { ok: false, error: 'user_not_found' }
  })
}

/** Slack's API takes no call to its end until a test is over. */
async function whileSlackHangs(test: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  servers.will('users.info', () => promise.then(() => ({ ok: false })))
  servers.will('views.open', () => promise.then(() => ({ ok: false })))
  try {
    await test()
  } finally {
    resolve()
    slackKnowsPeople()
    servers.will('views.open', () => ({ ok: true }))
  }
}

type Posting = { to?: VaultWorker; at?: number; headers?: Record<string, string> }

function post(chat: ChatName, body: string, { to = worker, at = Date.now(), headers }: Posting = {}) {
  return to.call('POST', `/webhooks/${chat}`, {
    as: null,
    body,
    headers: { 'Content-Type': chats[chat].type, ...(headers ?? chats[chat].sign(body, at)) },
  })
}

let addresses = 0
/** An address at Slack that no other test uses. */
function hook(): string {
  return `https://hooks.slack.com/commands/T111/${++addresses}/${crypto.randomUUID()}`
}

function slack(text: string, response_url = hook(), posting?: Posting) {
  return post('slack', slackCommand({ text, response_url }), posting)
}

async function vaults(name: string) {
  return (await simulator.control.vaults()).filter(({ displayName }) => displayName === name)
}

async function records(name: string) {
  const { body } = await worker.call('GET', '/v1/requests', { as: 'operator' })
  return body.requests.filter((request: { name: string }) => request.name === name)
}

/** What was said later at an address, once it has been. */
async function later(url: string) {
  await expect.poll(() => servers.at(url), PATIENCE).not.toEqual([])
  return servers.at(url)
}

/** The vault is there, and another one is through: whatever was to be said of this one before is said. */
async function finished(name: string): Promise<void> {
  await expect.poll(async () => (await records(name))[0]?.status, PATIENCE).toBe('created')
  const next = hook()
  await slack(`create "${unique('Next')}"`, next)
  await later(next)
}

describe('slack', () => {
  test('a command becomes one vault; mentions are looked up; the result follows', async () => {
    const name = unique('Payroll')
    const url = hook()
    const text = `create “${name}” owners:${OWNER},<@U222|sam> kind:magic_link views:1 ttl:30d desc:"a b"`
    const answer = await slack(text, url)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ response_type: 'ephemeral', text: 'The vault is being created' })
    const [told, ...more] = await later(url)
    expect(more).toEqual([])
    expect(told).toMatchObject({
      method: 'POST',
      body: { response_type: 'ephemeral', text: 'The vault was created' },
    })
    const [record] = await records(name)
    expect(record).toMatchObject({
      status: 'created',
      source: 'slack',
      requestedBy: OWNER,
      owners: [{ input: OWNER }, { input: PEOPLE.U222 }],
    })
    const [vault, ...others] = await vaults(name)
    expect([vault?.id, vault?.ownerIds.length, others]).toEqual([record.vault.id, 2, []])

    // once more is the same vault, and says so
    const again = await slack(text, hook())
    expect(again.body.text).toBe('The vault exists already')
    expect(JSON.stringify(again.body.blocks)).toContain(`This was asked for before, by ${OWNER}, on 20`)
    expect(await vaults(name)).toHaveLength(1)

    const status = await slack(`status ${record.id}`)
    expect(status.body.text).toBe('The vault was created')
    expect(JSON.stringify(status.body.blocks)).toContain(record.vault.id)

    const shared = hook()
    const press = {
      type: 'block_actions',
      user: { id: 'U222', username: 'sam' },
      response_url: shared,
      actions: [status.body.blocks.at(-1).elements[0]],
    }
    expect(await post('slack', slackPayload(press))).toMatchObject({ status: 200, body: '' })
    const [post1] = await later(shared)
    expect(post1?.body).toMatchObject({ response_type: 'in_channel', text: 'The vault was created' })
    // to known hosts only
    const evil = 'https://evil.example/commands/x'
    await post('slack', slackPayload({ ...press, response_url: evil }))
    const foreign = unique('Foreign')
    await slack(`create "${foreign}"`, evil)
    await finished(foreign)
    expect(servers.at(evil)).toEqual([])
  })

  test('whoever asks is the owner where none is named', async () => {
    const name = unique('Mine')
    await slack(`create "${name}"`)
    await expect.poll(async () => (await records(name))[0]?.status, PATIENCE).toBe('created')
    expect((await records(name))[0].owners).toMatchObject([{ input: OWNER }])
  })

  test('a mention that cannot be looked up is told, and nothing is created', async () => {
    const name = unique('Lost')
    const lost = await slack(`create "${name}" owners:<@U999>`)
    expect(JSON.stringify(lost.body)).toContain(
      'Slack did not say now which e-mail address an owner has (@U999)',
    )
    const blind = await slack(`create "${name}" owners:<@U111>`, hook(), { to: tokenless })
    expect(JSON.stringify(blind.body)).toContain('only where a bot token is configured')
    expect(await records(name)).toEqual([])
  })

  test('the same command is one vault though Slack says nothing of people in between', async () => {
    const name = unique('Hiccup')
    const ask = (posting?: Posting) => slack(`create "${name}" owners:${OWNER}`, hook(), posting)
    await ask()
    await whileSlackHangs(async () => {
      expect((await ask()).body.text).toMatch(/The vault (is being created|exists already)/)
    })
    await finished(name)
    expect((await ask()).body.text).toBe('The vault exists already')
    expect(await vaults(name)).toHaveLength(1)
    expect(await records(name)).toHaveLength(1)
  })

  test('whoever asks is not replaced by somebody else as the owner where Slack does not say who it is', async () => {
    const name = unique('Replaced')
    await whileSlackHangs(async () => {
      const { body } = await slack(`create "${name}"`)
      expect(JSON.stringify(body)).toContain(
        'Slack did not say now which e-mail address an owner has (@U111)',
      )
    })
    expect(await records(name)).toEqual([])
  })

  test('33 mentions are answered while Slack’s API hangs, and so is the form', async () => {
    const mentions = (count: number) => Array.from({ length: count }, (_, index) => `<@U${index}>`).join(',')
    await whileSlackHangs(async () => {
      const many = await slack(`create "${unique('Many')}" owners:${mentions(32)}`)
      expect(many.body.text).toBe('No vault was created')
      const opened = await post('slack', slackCommand({ trigger_id: '1.2.abc' }))
      expect(opened.body.text).toBe('Ask for a vault in ConductorOne')
    })
    const before = servers.told.length
    const tooMany = await slack(`create "${unique('Too many')}" owners:${mentions(33)}`)
    expect(JSON.stringify(tooMany.body)).toContain('A vault has at most 32 owners.')
    expect(servers.told).toHaveLength(before)
  })

  test('two people who ask under one ticket learn of each other', async () => {
    const [name, ticket] = [unique('Shared'), unique('SEC')]
    const ask = (user: string, more: string) => {
      const text = `create "${name}" ticket:"${ticket}" ${more}`
      return post('slack', slackCommand({ text, user_id: user, user_name: user, response_url: hook() }))
    }
    await ask('U111', `owners:${OWNER}`)
    await finished(name)
    const same = await ask('U222', `owners:${OWNER}`)
    expect(same.body.text).toBe('The vault exists already')
    expect(JSON.stringify(same.body)).toContain(`by ${OWNER}`)
    const other = await ask('U222', 'owners:second.owner@example.com')
    expect(other.body.text).toBe('Something else was asked for before')
    const [{ id }] = await records(name)
    expect(JSON.stringify(other.body)).toContain(`/vault status ${id}`)
    expect(await vaults(name)).toHaveLength(1)
  })

  test('a mistake is pointed out, with the corrected command', async () => {
    const wrong = await slack(`create "Payroll" owner:${OWNER}`)
    expect(wrong.body.text).toBe('No vault was created')
    const said = JSON.stringify(wrong.body)
    expect(said).toContain(`“owner:${OWNER}”: “owner” is not a word of this command.`)
    expect(said).toContain(JSON.stringify(`/vault create "Payroll" owners:${OWNER}`).slice(1, -1))
    const faulty = await slack(`create "Payroll" ttl:soon`)
    expect(JSON.stringify(faulty.body)).toContain('“ttl:soon” must be a whole number followed by')
  })

  test('/vault opens the form where there is a bot token, and helps where there is none', async () => {
    const view = 'https://slack.com/api/views.open'
    const before = servers.at(view).length
    const opened = await post('slack', slackCommand({ trigger_id: '1.2.abc' }))
    expect([opened.status, opened.body]).toEqual([200, ''])
    const call = servers.at(view)[before]
    expect(call?.headers.authorization).toBe(`Bearer ${TOKEN}`)
    expect(call?.body).toMatchObject({ trigger_id: '1.2.abc', view: { type: 'modal' } })
    const help = await post('slack', slackCommand({}), { to: tokenless })
    expect(help.body.text).toBe('Ask for a vault in ConductorOne')
    expect(servers.at(view)).toHaveLength(before + 1)
  })

  test('the form shows faults at their fields, and becomes a vault when they are corrected', async () => {
    const url = hook()
    const name = unique('Form')
    const send = (values: Readonly<Record<string, unknown>>) => {
      const state = Object.fromEntries(
        Object.entries(values).map(([field, value]) => [field, { [field]: value }]),
      )
      const view = { private_metadata: url, state: { values: state } }
      const user = { id: 'U111', username: 'jane' }
      return post('slack', slackPayload({ type: 'view_submission', user, view }))
    }
    const good = { name: { value: name }, owners: { selected_users: ['U111', 'U222'] } }
    const wrong = await send({ ...good, maxViews: { value: 'many' }, credentialTtl: { value: 'soon' } })
    expect(wrong.body).toMatchObject({ response_action: 'errors' })
    expect(Object.keys(wrong.body.errors).sort()).toEqual(['credentialTtl', 'maxViews'])
    const lost = await send({ ...good, owners: { selected_users: ['U999'] } })
    expect(Object.keys(lost.body.errors)).toEqual(['owners'])
    const taken = await send(good)
    expect(taken.body).toMatchObject({ response_action: 'update', view: { type: 'modal' } })
    expect(JSON.stringify(taken.body.view.blocks)).toContain('The vault is being created')
    expect((await later(url)).map(({ body }) => body.text)).toEqual(['The vault was created'])
    expect((await vaults(name))[0]?.ownerIds).toHaveLength(2)
    // who asks once more learns what became of it, in the form
    const again = JSON.stringify((await send(good)).body.view.blocks)
    expect(again).toContain('The vault exists already')
    expect(again).toContain((await vaults(name))[0]?.id)
    expect(await vaults(name)).toHaveLength(1)
    expect(servers.at(url)).toHaveLength(1)
  })

  test('a check of the certificate is answered without a signature, and does nothing', async () => {
    const check = 'token=abc&ssl_check=1'
    expect(await post('slack', check, { headers: {} })).toMatchObject({ status: 200, body: '' })
    const name = unique('Check')
    const command = slackCommand({ text: `create "${name}" owners:${OWNER}`, ssl_check: '1' })
    expect(await post('slack', command, { headers: {} })).toMatchObject({ status: 200, body: '' })
    expect(await records(name)).toEqual([])
  })

  test('a check of the certificate is not answered if Slack has no secret', async () => {
    const other = await startWorker(settings(credential, simulator.url))
    const check = await post('slack', 'token=abc&ssl_check=1', { to: other, headers: {} })
    expect(check).toMatchObject({ status: 404, body: { code: 'not-found' } })
    await other.stop()
  })

  test('a check that breaks off is no mistake of ours', async () => {
    const headers = [['Content-Length', '900']] as const
    await sendRaw(worker.url, { method: 'POST', path: '/webhooks/slack', headers, body: 'ssl_check=1' })
    await sendRaw(worker.url, { method: 'POST', path: '/webhooks/slack', headers, body: 'token=a' })
    expect((await post('slack', 'ssl_check=1', { headers: {} })).status).toBe(200)
    expect(worker.logs.filter((line) => line.includes('"exception"'))).toEqual([])
  })
})

describe('discord', () => {
  const at = (token: string) =>
    `https://discord.com/api/v10/webhooks/771825006014889984/${token}/messages/@original`

  test('a ping is answered', async () => {
    expect((await post('discord', '{"type":1}')).body).toEqual({ type: 1 })
  })

  test('a command is deferred, and its result takes the answer’s place', async () => {
    const [name, token] = [unique('Discord'), crypto.randomUUID()]
    const answer = await post('discord', discordCommand(`create "${name}" owners:${OWNER}`, token))
    expect(answer.body).toEqual({ type: 5, data: { flags: 64 } })
    const [told, ...more] = await later(at(token))
    expect(more).toEqual([])
    expect(told).toMatchObject({ method: 'PATCH', body: { allowed_mentions: { parse: [] } } })
    expect(told?.body.content).toContain('**The vault was created**')
    expect(await vaults(name)).toHaveLength(1)
  })
})

test.each([
  ['discord', 'a button', '{"type":3,"data":{"custom_id":"x"}}'],
  ['discord', 'what is no interaction', '{}'],
  ['mattermost', 'no user', new URLSearchParams({ token: chats.mattermost.secret }).toString()],
  ['teams', 'no author', JSON.stringify({ timestamp: new Date().toISOString() })],
] as const)('%s: %s is proven and asks for nothing of ours', async (chat, _, body) => {
  expect(await post(chat, body)).toMatchObject({ status: 200, body: { ignored: expect.any(String) } })
})

describe('teams', () => {
  test('the answer has the finished vault', async () => {
    const name = unique('Teams')
    const answer = await post('teams', teamsMessage(`create "${name}" owners:${OWNER}`, Date.now()))
    expect(JSON.stringify(answer.body)).toContain('The vault was created')
    expect(await vaults(name)).toHaveLength(1)
  })
})

describe('mattermost', () => {
  test('the result follows to an allowed host, once', async () => {
    const [name, url] = [unique('Mattermost'), `https://${HOST}/hooks/commands/${crypto.randomUUID()}`]
    const body = mattermostCommand({ text: `create "${name}" owners:${OWNER}`, response_url: url })
    expect((await post('mattermost', body)).body.text).toContain('The vault is being created')
    expect((await later(url)).map(({ body }) => body.text)).toEqual([
      expect.stringContaining('The vault was created'),
    ])
  })

  test('an outgoing webhook, which has its token in the form only, gets the finished vault', async () => {
    const name = unique('Outgoing')
    const { secret } = chats.mattermost
    const body = new URLSearchParams({
      token: secret,
      trigger_word: 'vault',
      text: `vault create "${name}" owners:${OWNER}`,
      user_id: 'rnina9994bde8mua79zqcg5hmo',
      user_name: 'somename',
    })
    const answer = await post('mattermost', body.toString(), { headers: {} })
    expect(answer.body.text).toMatch(/The vault (was|is being) created/)
    await finished(name)
    expect(await vaults(name)).toHaveLength(1)
  })

  test('where the host is not allowed, it is not called, and the answer has the result', async () => {
    const [name, url] = [unique('Foreign'), 'https://evil.example/hooks/commands/x']
    const body = mattermostCommand({ text: `create "${name}" owners:${OWNER}`, response_url: url })
    expect((await post('mattermost', body)).body.text).toMatch(/The vault (was|is being) created/)
    await finished(name)
    expect(servers.at(url)).toEqual([])
  })
})

/** A command in each chat that asks for a vault. */
const asks: Readonly<Record<ChatName, (name: string, at: number) => string>> = {
  slack: (name) => slackCommand({ text: `create "${name}" owners:${OWNER}` }),
  teams: (name, at) => teamsMessage(`create "${name}" owners:${OWNER}`, at),
  discord: (name) => discordCommand(`create "${name}" owners:${OWNER}`, 'token'),
  // its own proof is in the body too
  mattermost: (name) =>
    mattermostCommand({ text: `create "${name}" owners:${OWNER}`, token: 'another-token' }),
}
const names = Object.keys(asks) as ChatName[] // Object.keys forgets that its names are known

test.each(names)('%s: what is not proven, or not of this time, is refused', async (chat) => {
  const name = unique('Forged')
  const body = asks[chat](name, Date.now())
  const signed = Object.entries(chats[chat].sign(body, Date.now()))
  const wrong = Object.fromEntries(signed.map(([header, value]) => [header, value.replace(/.{4}$/, 'AAAA')]))
  for (const headers of [{}, wrong]) expectProblem(await post(chat, body, { headers }), 'unauthenticated')
  if (chat !== 'mattermost')
    for (const off of [-310_000, 310_000]) {
      const at = Date.now() + off
      expectProblem(await post(chat, asks[chat](name, at), { at }), 'unauthenticated')
    }
  expect(await records(name)).toEqual([])
})

test.each(['slack', 'teams', 'discord'] as const)(
  '%s: a proven body that cannot be read is no error of ours',
  async (chat) => {
    const body = chat === 'slack' ? 'payload=%7B' : '{'
    expect((await post(chat, body)).status).toBeLessThan(500)
  },
)

test('nothing that can be read holds a secret or an address to answer at', async () => {
  const stage = { credential, simulator, worker }
  await expectNoSecrets(stage)
  const told = [...worker.logs, ...worker.answers].join('\n')
  for (const secret of [
    TOKEN,
    'hooks.slack.com/commands',
    ...Object.values(chats).map(({ secret }) => secret),
  ])
    expect(told).not.toContain(secret)
  await worker.stop()
  await expectNoSecretsOnDisk(folder, stage)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
  const disk = Buffer.concat(contents).toString('latin1')
  expect(disk).toContain('req_')
  for (const address of ['hooks.slack.com/', 'discord.com/api', `${HOST}/hooks`, TOKEN])
    expect(disk).not.toContain(address)
})
