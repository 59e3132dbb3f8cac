import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { read } from '../support/documents.ts'
import { type Block, blocksOf } from '../support/markdown.ts'
import { hasShell, shell } from '../support/shell.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'

const SECRET = `whsec_${Buffer.from('a signing secret of 32 bytes ...').toString('base64')}`
const DOCUMENTED = 'https://vaults.example.workers.dev'

let stage: Stage
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recipes-'))
  const publicKey = hasShell ? await keyPair() : ''
  const standard = publicKey === '' ? SECRET : [SECRET, publicKey]
  stage = await startStage({
    WEBHOOK_SECRETS: JSON.stringify({ standard }),
    // no search, so that an unknown outcome can be settled at once
    CONDUCTORONE_SYSTEM_LOG: 'off',
  })
  env = {
    VAULTS_URL: stage.worker.url.origin,
    VAULTS_KEY: KEYS.runbook,
    OPERATOR_KEY: KEYS.operator,
    VAULTS_SECRET: SECRET,
  }
})
afterAll(async () => {
  await stage?.stop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => stage.clear())

function blocks(page: string): Block[] {
  return blocksOf(read(`docs/recipes/${page}.md`))
}

/** The one block of a page that has these words. */
function block(page: string, words: string): string {
  const [found, ...others] = blocks(page).filter(({ text }) => text.includes(words))
  if (!found || others.length > 0) throw new Error(`${page} has not one block with ${words}`)
  return found.text.replaceAll(DOCUMENTED, stage?.worker.url.origin ?? DOCUMENTED)
}

function type(commands: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  return shell(commands, { folder, env: { ...env, ...more } })
}

/** Makes the key pair as the page on Standard Webhooks says. */
async function keyPair(): Promise<string> {
  return (await shell(block('standard-webhooks', 'genpkey'), { folder })).trim()
}

describe.skipIf(!hasShell)('the commands of the page on curl', () => {
  const requests = blocks('curl').filter(
    ({ language, text }) => language === 'bash' && text.includes("<<'JSON'"),
  )

  test.each(requests)('the request in line $line is answered as the page says', async ({ text }) => {
    const said = await type(text)
    const answer = JSON.parse(said.slice(said.indexOf('{')))
    if (text.includes('dry_run')) expect(answer.dryRun).toBe(true)
    else if (text.includes('respond-async')) expect(said).toMatch(/^HTTP\/1\.1 202/)
    else expect(answer.request.status).toBe('created')
  })

  test('the function prints the vault’s id, and the same one when it is called again', async () => {
    const script = `${block('curl', 'make_vault() {')}\n${block('curl', 'outcome=0')}`
    const run = { RUN: unique('run'), OWNER: 'owner@example.com' }
    const [first, again] = [await type(script, run), await type(script, run)]
    expect(first).toMatch(/^vault \w+\n$/)
    expect(again).toBe(first)
  })

  test('the function returns 1 for a request that is wrong, and 3 if the outcome is unknown', async () => {
    const script = `${block('curl', 'make_vault() {')}\nmake_vault "$BODY" "$RUN" || echo "returned $?"`
    const wrong = { BODY: '{"name": "", "owners": ["owner@example.com"]}', RUN: unique('run') }
    expect(await type(script, wrong)).toBe('returned 1\n')
    await stage.simulator.control.fault('create', 'gateway-timeout', { when: 'before' })
    const lost = {
      BODY: `{"name": "${unique('Lost')}", "owners": ["owner@example.com"]}`,
      RUN: unique('run'),
    }
    expect(await type(script, lost)).toBe('returned 3\n')
  })

  test('reading finds the requests of a ticket', async () => {
    await stage.worker.create({ name: 'Payroll', owners: ['owner@example.com'], ticket: { id: 'SEC-42' } })
    const [ofTheTicket = ''] = (await type(block('curl', "'ticket=SEC-42'"))).split('}{')
    expect(ofTheTicket).toContain('"ticket":{"id":"SEC-42"')
  })

  test('settling an unknown outcome lets the same ticket ask again', async () => {
    const json = { name: unique('Lost'), owners: ['owner@example.com'], ticket: { id: unique('SEC') } }
    await stage.simulator.control.fault('create', 'gateway-timeout', { when: 'before' })
    const lost = await stage.worker.create(json)
    expect(lost.body.code).toBe('outcome-unknown')
    const settle = block('curl', '"outcome": "not_created"').replace(/req_\w+/, lost.body.instance)
    expect(JSON.parse(await type(settle)).status).toBe('failed')
    expect((await stage.worker.create(json)).status).toBe(201)
  })
})

describe.skipIf(!hasShell)('the snippets that sign as Standard Webhooks says', () => {
  test('in bash are taken on', async () => {
    const answer = JSON.parse(await type(block('standard-webhooks', 'sign_and_send() {')))
    expect(answer.request).toMatchObject({ source: 'standard', ticket: { id: 'CHG-1007' } })
  })

  test('with the key pair are taken on', async () => {
    const answer = JSON.parse(await type(block('standard-webhooks', 'openssl pkeyutl -sign')))
    expect(answer.request).toMatchObject({ source: 'standard', ticket: { id: 'CHG-1008' } })
  })

  test('in Python are taken on', async () => {
    const request = { name: 'From Python', owners: ['owner@example.com'], ticket: { id: 'CHG-1009' } }
    const call = `print(sign_and_send(${JSON.stringify(env.VAULTS_URL)}, ${JSON.stringify(SECRET)}, ${JSON.stringify(request)})[0])`
    const said = await python(`${block('standard-webhooks', 'def sign_and_send')}\n${call}`)
    expect(said).toBe('202\n')
  })

  test('in JavaScript are taken on', async () => {
    const request = { name: 'From JavaScript', owners: ['owner@example.com'], ticket: { id: 'CHG-1010' } }
    const signAndSend = runInThisContext(`(${block('standard-webhooks', 'function signAndSend').trim()})`)
    const answer: Response = await signAndSend(env.VAULTS_URL, SECRET, request)
    expect(answer.status).toBe(202)
  })
})

describe.skipIf(!hasShell)('the bots', () => {
  test('in Python tells the same vault when it asks again, and what is wrong if it is', async () => {
    const ask = (message: string, request: object) =>
      python(
        `${block('bots', 'def ask')}\nprint(ask(*${JSON.stringify([env.VAULTS_URL, KEYS.runbook, message, request])}))`,
      )
    const request = { name: 'From a bot', owners: ['owner@example.com'] }
    const [first, again] = [await ask('m-1', request), await ask('m-1', request)]
    expect(first).toMatch(/^The vault From a bot was created, id \w+\.\n$/)
    expect(again).toBe(first)
    expect(await ask('m-2', { ...request, owners: ['nobody@example.com'] })).toContain('nobody@example.com')
  })

  test('in a shell makes a vault', async () => {
    const answer = JSON.parse(await type(block('bots', 'message-$MESSAGE_ID"'), { MESSAGE_ID: unique('m') }))
    expect(answer.vault.displayName).toBe('Payroll break-glass')
  })
})

function python(script: string): Promise<string> {
  return shell('python3 -', { folder, env: { ...env, HOME: process.env.HOME ?? folder }, input: script })
}

describe.skipIf(!hasShell)('the commands that change the settings file', () => {
  const path = () => join(folder, '.secrets.json')
  const without = (commands: string) => commands.replaceAll(/^npx wrangler .*\n|^npm run .*\n/gm, '')
  const settingsAfter = async (
    commands: string,
    before: object,
    input = '',
  ): Promise<Record<string, string>> => {
    writeFileSync(path(), JSON.stringify(before))
    await shell(without(commands), { folder, input })
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    return JSON.parse(readFileSync(path(), 'utf8'))
  }
  const API_KEYS = '{"runbook":"a key"}'

  test('add a token for comments beside those that are there', async () => {
    const commands = block('README', 'read -rs ENTRY')
    const first = await settingsAfter(commands, { API_KEYS }, '{ "github": "one" }\n')
    expect(first).toEqual({ API_KEYS, TICKET_TOKENS: '{"github":"one"}' })
    const second = await settingsAfter(commands, first, '{ "jira": { "token": "two" } }\n')
    expect(JSON.parse(second.TICKET_TOKENS ?? '')).toEqual({ github: 'one', jira: { token: 'two' } })
  })

  test('add a secret beside those that are there', async () => {
    const commands = block('README', 'read -rs SECRET')
    const secrets: unknown[] = []
    let settings: Record<string, string> = { API_KEYS }
    for (const secret of ['one', 'two', 'three']) {
      settings = await settingsAfter(commands, settings, `${secret}\n`)
      secrets.push(JSON.parse(settings.WEBHOOK_SECRETS ?? ''))
    }
    expect(secrets).toEqual([
      { teams: ['one'] },
      { teams: ['one', 'two'] },
      { teams: ['one', 'two', 'three'] },
    ])
  })

  test('take an entry out', async () => {
    const before = { API_KEYS, WEBHOOK_SECRETS: '{"github":"one","slack":"two"}' }
    const after = await settingsAfter(block('README', 'del(.github)'), before)
    expect(after).toEqual({ API_KEYS, WEBHOOK_SECRETS: '{"slack":"two"}' })
  })

  test('add Slack’s token', async () => {
    const after = await settingsAfter(block('slack', 'read -rs SLACK_BOT_TOKEN'), { API_KEYS }, 'xoxb-1\n')
    expect(after).toEqual({ API_KEYS, SLACK_BOT_TOKEN: 'xoxb-1' })
  })

  test('make a callback secret, unless there is one', async () => {
    const commands = block('mattermost', 'openssl rand')
    const first = await settingsAfter(commands, { API_KEYS })
    expect(first.CALLBACK_SECRET).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await settingsAfter(commands, first)).toEqual(first)
  })
})
