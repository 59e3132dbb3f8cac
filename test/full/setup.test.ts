import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unstable_getVarsForDev, unstable_readConfig } from 'wrangler'
import { runScript } from '../support/command.ts'
import { type NewCredential, newCredential } from '../support/credential.ts'
import { type Folder, newFolder } from '../support/deployment.ts'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { atTerminal, hasTerminals } from '../support/terminal.ts'
import { startWire, type Wire } from '../support/wire.ts'
import { startWorker } from '../support/worker.ts'

const OWNER = { email: 'owner@example.com', id: '2mQg9IILyNefQ6oMTvolM4FjD01' }

const good = await newCredential('127.0.0.1')
const basic = await newCredential('127.0.0.1', { name: 'basic', role: 'basic' })
const bound = await newCredential('127.0.0.1', { name: 'bound', requireDpop: true })
let simulator: Simulator
/** answers with a date, as every real server does */
let wire: Wire

beforeAll(async () => {
  const credentials = [good, basic, bound].map(({ credential }) => credential)
  simulator = await startSimulator({ credentials })
  wire = await startWire(simulator.url)
})
afterAll(async () => {
  await wire.close()
  await simulator.stop()
})

type Way = { as?: NewCredential; env?: Record<string, string>; at?: URL }

/** Runs setup with all that it must know, without a terminal. */
function setUp(
  folder: Folder,
  args: readonly string[] = [],
  { as = good, env = {}, at = wire.url }: Way = {},
) {
  return runScript('setup', {
    args: ['--yes', '--client-id', as.clientId, '--base-url', at.origin, ...args],
    folder: folder.path,
    env: { CONDUCTORONE_CLIENT_SECRET: as.clientSecret, ...env },
  })
}

/** A test in a folder of its own. */
function within(check: (folder: Folder) => Promise<void>) {
  return async () => {
    const folder = newFolder()
    try {
      await check(folder)
    } finally {
      folder.remove()
    }
  }
}

/** What `wrangler dev` gives a Worker in this folder: settings as text, tables as JSON. */
function devBindings(folder: Folder): Record<string, string> {
  const config = join(folder.path, 'wrangler.toml')
  const { vars } = unstable_readConfig({ config }, { hideWarnings: true })
  const bindings = Object.entries(unstable_getVarsForDev(config, undefined, vars, undefined, true))
  return Object.fromEntries(
    bindings.map(([name, { value }]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

function modeOf(folder: Folder, file: string): number {
  return statSync(join(folder.path, file)).mode & 0o777
}

test(
  'without a terminal, what setup writes is what the Worker makes a vault with',
  within(async (folder) => {
    const { status, stdout, stderr } = await setUp(folder, ['--owners', OWNER.email, '--operators', 'oncall'])
    expect([status, stderr]).toEqual([0, ''])
    expect(modeOf(folder, '.dev.vars')).toBe(0o600)
    const [, key = ''] = /^ {2}runbook +(\S{43})$/m.exec(stdout) ?? []
    expect(stdout.split(key)).toHaveLength(2)
    expect(stdout).not.toContain(good.clientSecret)

    const examined = await runScript('doctor', { folder: folder.path })
    expect([examined.status, examined.stdout.includes('every default owner is known')]).toEqual([0, true])
    const worker = await startWorker(devBindings(folder))
    try {
      const headers = { Authorization: `Bearer ${key}` }
      const answer = await worker.create({ name: unique('Set up') }, { as: null, headers })
      expect(answer.status).toBe(201)
      expect(answer.body.request.owners).toEqual([{ input: OWNER.email, id: OWNER.id }])
      const made = (await simulator.control.vaults()).map(({ id }) => id)
      expect(made).toContain(answer.body.vault.id)
    } finally {
      await worker.stop()
    }
  }),
)

test(
  'a secrets file is JSON, is all that is written, and passes the doctor',
  within(async (folder) => {
    const hosts = [
      '--callback-hosts',
      'hooks.example.com',
      '--owner-domains',
      'example.com',
      '--require-ticket',
    ]
    const senders = ['--senders', 'github,gitlab,standard,zendesk']
    const { status, stdout } = await setUp(folder, ['--secrets-file', 'out.json', ...hosts, ...senders])
    expect(status).toBe(0)
    expect([modeOf(folder, 'out.json'), existsSync(join(folder.path, '.dev.vars'))]).toEqual([0o600, false])
    const settings = JSON.parse(folder.read('out.json'))
    const webhooks = JSON.parse(settings.WEBHOOK_SECRETS)
    expect(Object.keys(webhooks)).toEqual(['github', 'gitlab', 'standard'])
    expect(webhooks.gitlab).toMatch(/^whsec_/)
    for (const secret of [...Object.values<string>(webhooks), settings.CALLBACK_SECRET, good.clientSecret])
      expect(stdout).not.toContain(secret)
    expect(stdout).toContain('zendesk: make its webhook, then run npm run setup -- --add sender zendesk')
    expect(folder.read('wrangler.toml')).toContain('allowedCallbackHosts = ["hooks.example.com"]')
    expect(folder.read('wrangler.toml')).toContain('requireTicket = true')

    const { status: healthy, stdout: report } = await runScript('doctor', {
      args: ['--secrets-file', 'out.json'],
      folder: folder.path,
    })
    expect(report).not.toContain('✗')
    expect(healthy).toBe(0)
  }),
)

test(
  'wrangler.toml keeps every line that is not changed, and its comments',
  within(async (folder) => {
    const before = folder.read('wrangler.toml').split('\n')
    await setUp(folder, ['--owners', OWNER.email])
    const after = folder.read('wrangler.toml').split('\n')
    expect(after.filter((line) => !before.includes(line))).toEqual([`defaultOwners = ["${OWNER.email}"]`])
    expect(after).toHaveLength(before.length)
  }),
)

test(
  'what would be replaced is left as it is, unless that is asked for',
  within(async (folder) => {
    folder.write('.dev.vars', 'API_KEYS=kept\n')
    const refused = await setUp(folder)
    expect([refused.status, folder.read('.dev.vars')]).toEqual([1, 'API_KEYS=kept\n'])
    expect(refused.stderr).toMatch(/\.dev\.vars is there; it stays as it is\. .*to replace it, --replace/)
    expect((await setUp(folder, ['--replace'])).status).toBe(0)
    expect(folder.read('.dev.vars')).toContain('CONDUCTORONE_CLIENT_SECRET=')
    expect(modeOf(folder, '.dev.vars')).toBe(0o600)
  }),
)

test.each<[string, readonly string[], Way, RegExp]>([
  [
    'a credential without the right role',
    [],
    { as: basic },
    /✗ rights +the service principal is not a Super Administrator/,
  ],
  [
    'a secret that is another credential’s',
    [],
    { env: { CONDUCTORONE_CLIENT_SECRET: basic.clientSecret } },
    /✗ token .*the client secret does not belong to the client id/,
  ],
  ['a credential that wants proofs', [], { as: bound }, /✗ token .*CONDUCTORONE_DPOP = "required"/],
  [
    'an owner that nobody knows',
    ['--owners', 'nobody@example.com'],
    {},
    /--owners can't be used: nobody@example\.com is not an enabled/,
  ],
  [
    'a sender that there is not',
    ['--senders', 'fax'],
    {},
    /--senders names fax, which is not one of standard, github/,
  ],
  [
    'a caller with an odd name',
    ['--callers', 'a/b'],
    {},
    /--callers names a\/b, which is not 1 to 31 letters/,
  ],
  [
    'a host that is none',
    ['--callback-hosts', 'https://x.example'],
    {},
    /--callback-hosts names https:\/\/x\.example, which must be a host/,
  ],
  [
    'a key that is too short',
    ['--callers', '-'],
    { env: { API_KEYS: '{"runbook":"short"}' } },
    /✗ API_KEYS\.runbook\S* +is shorter than 32 characters/,
  ],
  [
    'a base URL without TLS',
    ['--base-url', 'http://acme.conductor.one'],
    {},
    /✗ CONDUCTORONE_BASE_URL +must be https/,
  ],
  ['an unknown flag', ['--owner', 'x'], {}, /Unknown option '--owner'/],
  ['two places at once', ['--dev-vars', '--secrets-file', 'out.json'], {}, /one run writes one file/],
  ['no folder to write into', ['--secrets-file', 'nowhere/out.json'], {}, /There is no folder nowhere/],
])('with %s nothing is written', async (_, args, way, says) => {
  const folder = newFolder()
  try {
    const before = folder.read('wrangler.toml')
    const { status, stdout, stderr } = await setUp(folder, args, way)
    expect([1, 2]).toContain(status)
    expect(stdout + stderr).toMatch(says)
    expect(folder.read('wrangler.toml')).toBe(before)
    for (const file of ['.dev.vars', 'out.json']) expect(existsSync(join(folder.path, file))).toBe(false)
  } finally {
    folder.remove()
  }
})

test(
  'everything that is missing is said at once',
  within(async (folder) => {
    const { status, stderr } = await runScript('setup', { folder: folder.path })
    expect(status).toBe(1)
    expect(stderr).toContain('--client-id is missing')
    expect(stderr).toContain('CONDUCTORONE_CLIENT_SECRET in the environment is missing')
    expect(existsSync(join(folder.path, '.dev.vars'))).toBe(false)
  }),
)

test(
  'nothing is written where git would take it',
  within(async (folder) => {
    execFileSync('git', ['init', '-q'], { cwd: folder.path })
    const refused = await setUp(folder)
    expect([refused.status, existsSync(join(folder.path, '.dev.vars'))]).toEqual([1, false])
    expect(refused.stderr).toMatch(/git would take \.dev\.vars into the repository/)
    folder.write('.gitignore', '.dev.vars\n')
    expect((await setUp(folder)).status).toBe(0)
  }),
)

test(
  'a credential that requires proofs is set up as such',
  within(async (folder) => {
    // a proof names the address that it was made for, and the wire has another
    const { status } = await setUp(folder, ['--dpop'], { as: bound, at: simulator.url })
    expect(status).toBe(0)
    expect(folder.read('wrangler.toml')).toContain('CONDUCTORONE_DPOP = "required"')
  }),
)

test(
  'keys that are kept arrive as they are, whatever is in them',
  within(async (folder) => {
    const key = `it's-a-"key"-with-$HOME-and-#-and-\\-in-it`
    const env = { API_KEYS: JSON.stringify({ old: key }) }
    expect((await setUp(folder, ['--callers', 'fresh'], { env })).status).toBe(0)
    const keys = JSON.parse(devBindings(folder).API_KEYS ?? '')
    expect(keys).toEqual({ old: key, fresh: expect.stringMatching(/^[\w-]{43}$/) })
  }),
)

test(
  'a wrangler.toml that is written in another way is left alone, and the lines are said',
  within(async (folder) => {
    const toml = folder.read('wrangler.toml').replace('defaultOwners = []', 'defaultOwners = [\n]')
    folder.write('wrangler.toml', toml)
    const { status, stdout } = await setUp(folder, ['--owners', OWNER.email])
    expect([status, folder.read('wrangler.toml')]).toEqual([0, toml])
    expect(stdout).toContain(`Put these in yourself:\n  [vars.POLICY] defaultOwners = ["${OWNER.email}"]`)
  }),
)

const ENTER = '\r'
const UP = '\u001b[A'

test.skipIf(!hasTerminals)(
  'at a terminal it asks, again where an answer will not do, and no secret is ever on the screen',
  within(async (folder) => {
    const session = atTerminal('setup', ['--base-url', wire.url.origin], folder.path)
    await session.answer('Do you want to try it', ENTER)
    await session.answer('What is the client id', `nonsense${ENTER}`)
    await session.answer('This is not of the form', '')
    // both pasted at once: the second is not for the first question, and is not shown either
    await session.answer('What is the client id', `${good.clientId}${ENTER}${good.clientSecret}${ENTER}`)
    await session.answer('What is its client secret', `${good.clientSecret.slice(2)}${ENTER}`)
    await session.answer('This does not begin with', '')
    await session.answer('What is its client secret', `${good.clientSecret}${ENTER}`)
    // what was typed before cannot be brought back
    await session.answer('Was it made with', `${UP}${ENTER}`)
    await session.answer('Which callers get an API key', `runbook, backup${ENTER}`)
    await session.answer('Which operators', ENTER)
    await session.answer('Who owns the vault', `nobody@example.com${ENTER}`)
    await session.answer("This can't be used: nobody@example.com", '')
    await session.answer('Who owns the vault', `${OWNER.email}${ENTER}`)
    for (const question of [
      'domains may owners have?',
      'How many owners must a vault have',
      'name a ticket?',
      'results be posted to?',
      'For how many days',
      'Where should the Worker',
    ])
      await session.answer(question, ENTER)
    await session.answer('Which systems send webhooks?', `zendesk${ENTER}`)
    await session.answer('What is the signing secret that zendesk', `zendesk-secret-0123456789${ENTER}`)
    const { screen, status } = await session.ended()

    expect(status).toBe(0)
    const bindings = devBindings(folder)
    expect(bindings.CONDUCTORONE_CLIENT_SECRET).toBe(good.clientSecret)
    expect(JSON.parse(bindings.WEBHOOK_SECRETS ?? '')).toEqual({ zendesk: 'zendesk-secret-0123456789' })
    expect(Object.keys(JSON.parse(bindings.API_KEYS ?? ''))).toEqual(['runbook', 'backup'])
    expect(JSON.parse(bindings.POLICY ?? '').defaultOwners).toEqual([OWNER.email])
    expect(screen).not.toContain(good.clientSecret.slice(-16))
    expect(screen).not.toContain('zendesk-secret')
  }),
)

const KEPT = 'kept-key-0123456789-abcdefghijklmnop'

/** A settings file that is there, for something to be added. */
function writeKept(folder: Folder): void {
  folder.write(
    'out.json',
    JSON.stringify({
      CONDUCTORONE_CLIENT_ID: good.clientId,
      CONDUCTORONE_CLIENT_SECRET: good.clientSecret,
      API_KEYS: JSON.stringify({ runbook: KEPT }),
    }),
  )
}

function add(folder: Folder, ...args: readonly string[]) {
  return runScript('setup', {
    args: ['--secrets-file', 'out.json', '--add', ...args],
    folder: folder.path,
    env: { WEBHOOK_SECRET: 'lin_wh_0123456789' },
  })
}

test(
  'senders and an operator are added to the file that is there, each with the one command to install it',
  within(async (folder) => {
    writeKept(folder)
    for (const args of [
      ['sender', 'github'],
      ['operator', 'runbook'],
      ['sender', 'linear'],
    ]) {
      const { status, stdout, stderr } = await add(folder, ...args)
      expect([args, status, stderr]).toEqual([args, 0, ''])
      expect(stdout.split('npx wrangler secret bulk out.json')).toHaveLength(2)
      for (const secret of [KEPT, good.clientSecret, 'lin_wh_0123456789'])
        expect(stdout).not.toContain(secret)
    }
    const settings = JSON.parse(folder.read('out.json'))
    expect(settings.CONDUCTORONE_CLIENT_SECRET).toBe(good.clientSecret)
    expect(JSON.parse(settings.API_KEYS)).toEqual({
      runbook: { key: KEPT, scopes: ['create', 'read', 'operate'] },
    })
    expect(JSON.parse(settings.WEBHOOK_SECRETS)).toEqual({
      github: expect.stringMatching(/^[\w-]{43}$/),
      linear: 'lin_wh_0123456789',
    })
    expect(modeOf(folder, 'out.json')).toBe(0o600)
  }),
)

test.each<[readonly string[], RegExp]>([
  [['sender', 'fax'], /fax is not a sender/],
  [['sender'], /the sender’s name is missing/],
  [['caller', 'runbook'], /runbook is a caller already/],
  [['guest', 'x'], /--add takes sender, caller or operator/],
  [['caller', 'a', 'b'], /b is one word too many/],
  [['caller', 'x', '--secrets-file', 'nowhere.json'], /There is no nowhere\.json/],
])('with --add %j nothing is written', async (args, says) => {
  const folder = newFolder()
  try {
    writeKept(folder)
    const before = folder.read('out.json')
    const { status, stderr } = await add(folder, ...args)
    expect([1, 2]).toContain(status)
    expect(stderr).toMatch(says)
    expect(folder.read('out.json')).toBe(before)
  } finally {
    folder.remove()
  }
})

/** What a person sees: lines, without what moves the cursor. */
function linesOn(screen: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told what to do with them
  return screen.replaceAll(/\x1b\[[0-9;]*[A-Za-z]/g, '').split(/\r?\n/)
}

test.skipIf(!hasTerminals)(
  'at a terminal, a person who leaves has changed nothing, and every line fits',
  within(async (folder) => {
    const toml = folder.read('wrangler.toml')
    for (const [key, columns] of [
      ['\u0003', 80],
      ['\u0004', 60],
    ] as const) {
      const session = atTerminal(
        'setup',
        ['--base-url', wire.url.origin, '--client-id', good.clientId],
        folder.path,
        columns,
      )
      await session.answer('Do you want to try it', ENTER)
      await session.answer('What is its client secret', key)
      const { screen, status } = await session.ended()
      expect(status).toBe(130)
      expect(screen).toContain('Nothing was written.')
      const widths = linesOn(screen).map((line) => line.length)
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns)
      // what fits is not broken early
      expect(Math.max(...widths)).toBeGreaterThan(columns - 15)
    }
    expect([existsSync(join(folder.path, '.dev.vars')), folder.read('wrangler.toml')]).toEqual([false, toml])
  }),
)
