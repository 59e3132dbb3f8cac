import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FaultInput, FaultPreset } from '../simulator/faults.ts'
import type { Step } from '../simulator/step.ts'
import { localhost } from '../support/certificate.ts'
import { runScript } from '../support/command.ts'
import { type NewCredential, newCredential } from '../support/credential.ts'
import { type Folder, newFolder } from '../support/deployment.ts'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { startWire, type Wire } from '../support/wire.ts'
import { KEYS, settings, startWorker, type VaultWorker } from '../support/worker.ts'

const DAY = 86_400_000
const AHEAD = fileURLToPath(new URL('../support/clock-ahead.ts', import.meta.url).href)

const good = await newCredential('127.0.0.1')
const basic = await newCredential('127.0.0.1', { name: 'basic', role: 'basic' })
const expired = await newCredential('127.0.0.1', { name: 'expired' })
const ending = await newCredential('127.0.0.1', { name: 'ending' })
const bound = await newCredential('127.0.0.1', { name: 'bound', requireDpop: true })
const disabled = await newCredential('127.0.0.1', { name: 'disabled', disabled: true })
const unknown = await newCredential('127.0.0.1', { name: 'unknown' })
let simulator: Simulator
/** answers with a date, as every real server does */
let wire: Wire
let worker: VaultWorker

beforeAll(async () => {
  simulator = await startSimulator({
    credentials: [
      good.credential,
      basic.credential,
      { ...expired.credential, expiresAt: new Date(Date.now() - DAY).toISOString() },
      {
        ...ending.credential,
        expiresAt: new Date(Date.now() + 5 * DAY).toISOString(),
        allowSourceCidrs: ['192.0.2.0/24'],
      },
      bound.credential,
      disabled.credential,
    ],
  })
  wire = await startWire(simulator.url)
  worker = await startWorker(settings(good, wire.url))
})
afterAll(async () => {
  await worker.stop()
  await wire.close()
  await simulator.stop()
})

type Deployment = {
  readonly settings?: Readonly<Record<string, string | undefined>>
  readonly toml?: (toml: string) => string
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
  readonly node?: readonly string[]
  /** what the tenant does instead, once */
  readonly fault?: readonly [step: Step, fault: FaultInput | FaultPreset]
}

/** Runs the doctor on a deployment that is right, save for what a test changes. */
async function examine({
  settings: changes = {},
  toml,
  args = [],
  env = {},
  node = [],
  fault,
}: Deployment = {}) {
  const folder = newFolder(toml)
  try {
    if (fault) await simulator.control.fault(...fault)
    const given = Object.entries({ ...settings(good, wire.url), ...changes })
    const file = folder.secrets(
      Object.fromEntries(given.filter((entry): entry is [string, string] => !!entry[1])),
    )
    const ended = await runScript('doctor', {
      args: ['--secrets-file', file, ...args],
      folder: folder.path,
      env,
      node,
    })
    return { ...ended, lines: marked(ended.stdout) }
  } finally {
    await simulator.control.clearFaults()
    folder.remove()
  }
}

/** What stands behind each mark. */
function marked(stdout: string): Record<'✓' | '!' | '✗' | '–', string[]> {
  const lines = { '✓': [] as string[], '!': [] as string[], '✗': [] as string[], '–': [] as string[] }
  for (const [, mark, says] of stdout.matchAll(/^ {2}([✓!✗–]) (.*)$/gm))
    lines[mark as keyof typeof lines].push(says ?? '') // the expression allows these only
  return lines
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a server that listens on TCP has an address with a port
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function secretOf(jwk: object): string {
  return `secret-token:conductorone.com:v1:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`
}

function keyOf({ clientSecret }: NewCredential): JsonWebKey {
  return JSON.parse(Buffer.from(clientSecret.split(':').at(-1) ?? '', 'base64url').toString())
}

const COORDINATE = Buffer.alloc(32, 7).toString('base64url')
const without = (lines: RegExp) => (toml: string) => {
  const rest = toml.replace(lines, '')
  if (rest === toml) throw new Error('there is nothing to take out')
  return rest
}

test('a deployment that is right gets no mark but ticks, and exit status 0', async () => {
  const { status, lines, stderr } = await examine()
  expect(lines['✗']).toEqual([])
  expect([status, stderr]).toEqual([0, ''])
  expect(lines['✓'].join('\n')).toMatch(/token +Bearer, for 60 minutes/)
  expect(lines['✓'].join('\n')).toMatch(/rights +Super Administrator/)
  expect(lines['✓'].join('\n')).toMatch(/system log +can be read/)
})

test.each<[string, Deployment | (() => Promise<Deployment>), RegExp]>([
  [
    'a secret is missing',
    { settings: { CONDUCTORONE_CLIENT_SECRET: undefined } },
    /^CONDUCTORONE_CLIENT_SECRET +is missing: the client secret that ConductorOne showed once/,
  ],
  [
    'the key is on another curve',
    {
      settings: {
        CONDUCTORONE_CLIENT_SECRET: secretOf({ kty: 'OKP', crv: 'X25519', x: COORDINATE, d: COORDINATE }),
      },
    },
    /^CONDUCTORONE_CLIENT_SECRET +holds a key on another curve than Ed25519/,
  ],
  [
    'the key is on a curve of another kind',
    {
      settings: {
        CONDUCTORONE_CLIENT_SECRET: secretOf({
          kty: 'EC',
          crv: 'P-256',
          x: COORDINATE,
          y: COORDINATE,
          d: COORDINATE,
        }),
      },
    },
    /^CONDUCTORONE_CLIENT_SECRET +holds .* another curve than Ed25519/,
  ],
  [
    'the credential has expired',
    { settings: settings(expired, new URL('http://127.0.0.1')) },
    /^token +ConductorOne refuses the credential .*: the credential has expired: make a new credential/,
  ],
  [
    'the clock is off',
    { node: ['--import', AHEAD] },
    /^clock +this machine’s clock is (60\d|59\d) seconds ahead of .*: set it/,
  ],
  [
    'the service principal is no Super Administrator',
    { settings: settings(basic, new URL('http://127.0.0.1')) },
    /^rights +the service principal is not a Super Administrator, .*: give it that role/,
  ],
  [
    'KV is not bound',
    { toml: without(/\[\[kv_namespaces\]\]\nbinding = "TOKEN_CACHE"\n/) },
    /^TOKEN_CACHE +is missing: add \[\[kv_namespaces\]\]/,
  ],
  [
    'the Workflow is missing',
    { toml: without(/\[\[workflows\]\]\nname = .*\nbinding = .*\nclass_name = .*\n/) },
    /^PROVISION +is missing: add \[\[workflows\]\]/,
  ],
  [
    'an API key is too short',
    { settings: { API_KEYS: JSON.stringify({ runbook: 'short-key-0123456789' }) } },
    /^API_KEYS\.runbook\S* +is shorter than 32 characters; make a longer one/,
  ],
  [
    'the base URL is plain http',
    { settings: { CONDUCTORONE_BASE_URL: 'http://acme.conductor.one' } },
    /^CONDUCTORONE_BASE_URL +must be https/,
  ],
  [
    'nothing listens at the host',
    async () => ({ settings: { CONDUCTORONE_BASE_URL: `http://127.0.0.1:${await closedPort()}` } }),
    /^tenant +http:\/\/127\.0\.0\.1:\d+ does not answer, nothing listens there: check the host/,
  ],
  [
    'no host has that name',
    {
      settings: {
        CONDUCTORONE_CLIENT_ID: 'swift-otter-19384@acme.conductor.invalid/spc',
        CONDUCTORONE_BASE_URL: undefined,
      },
    },
    /^tenant +https:\/\/acme\.conductor\.invalid does not answer, .*name.*: check the host in CONDUCTORONE_CLIENT_ID/,
  ],
  [
    'the Durable Object has no migration',
    { toml: without(/\[\[migrations\]\]\ntag = .*\nnew_sqlite_classes = .*\n/) },
    /^migration +is missing: add \[\[migrations\]\]/,
  ],
  [
    'a secret stands in wrangler.toml',
    {
      toml: (toml) => toml.replace('[vars]\n', '[vars]\nCALLBACK_SECRET = "whsec_abc"\n'),
      settings: { CALLBACK_SECRET: `whsec_${'QUJD'.repeat(8)}` },
    },
    /^CALLBACK_SECRET +can be read by everyone who has the file/,
  ],
  [
    'the credential requires proofs and nobody says so',
    { settings: settings(bound, new URL('http://127.0.0.1')) },
    /^token .*made with "Require DPoP": set CONDUCTORONE_DPOP = "required"/,
  ],
  [
    'proofs are required and the credential does not know them',
    { settings: { CONDUCTORONE_DPOP: 'required' } },
    /^token +no token that can be used .*CONDUCTORONE_DPOP must be "required" if, and only if/,
  ],
  [
    'the service principal is disabled',
    { settings: settings(disabled, new URL('http://127.0.0.1')) },
    /^token .*the service principal is disabled: enable it/,
  ],
  [
    'the tenant does not know the client id',
    { settings: settings(unknown, new URL('http://127.0.0.1')) },
    /^token .*it knows no such client id, or it was revoked/,
  ],
  [
    'the secret is of another credential',
    { settings: { CONDUCTORONE_CLIENT_SECRET: unknown.clientSecret } },
    /^token .*the client secret does not belong to the client id/,
  ],
  [
    'the halves of the key do not belong together',
    async () => ({
      settings: { CONDUCTORONE_CLIENT_SECRET: secretOf({ ...keyOf(good), d: keyOf(basic).d }) },
    }),
    /^token +CONDUCTORONE_CLIENT_SECRET holds a key whose halves .* do not belong together: copy it whole/,
  ],
  [
    'the host is no tenant',
    async () => ({ settings: { CONDUCTORONE_BASE_URL: worker.url.origin } }),
    /^token +there is no token endpoint at that host \(HTTP 404\): check the host/,
  ],
  [
    'the host answers with pages',
    { fault: ['token', 'html'] },
    /^token +no token came \(.*not a token response\): check that the host is the tenant’s/,
  ],
  [
    'the token endpoint is away',
    { fault: ['token', 'internal'] },
    /^token +ConductorOne gives no token now \(HTTP 500/,
  ],
  [
    'there were too many requests',
    { fault: ['token', 'throttled'] },
    /^token +ConductorOne gives no token now \(HTTP 429/,
  ],
  [
    'not even the rights may be asked for',
    { fault: ['introspect', 'forbidden'] },
    /^rights +the service principal is not a Super Administrator/,
  ],
  [
    'the rights are not said',
    { fault: ['introspect', 'internal'] },
    /^rights +ConductorOne does not say them \(HTTP 500/,
  ],
  [
    'the system log may not be read',
    { fault: ['system-log', 'forbidden'] },
    /^system log +the credential may not read it, .*or set CONDUCTORONE_SYSTEM_LOG = "off"/,
  ],
  [
    'users cannot be looked up',
    { fault: ['search', 'forbidden'] },
    /^owners +users cannot be looked up \(HTTP 403: permission denied\)/,
  ],
  [
    'a default owner is nobody',
    { settings: { POLICY: JSON.stringify({ defaultOwners: ['owner@example.com', 'nobody@example.com'] }) } },
    /^owners +nobody@example\.com is not an enabled ConductorOne user: change POLICY\.defaultOwners/,
  ],
  [
    'the search finds somebody else',
    {
      settings: { POLICY: JSON.stringify({ defaultOwners: ['owner@example.com'] }) },
      fault: [
        'search',
        {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ list: [{ user: { id: 'u1', email: 'co-owner@example.com' } }] }),
        },
      ],
    },
    /^owners +owner@example\.com is not an enabled ConductorOne user/,
  ],
  [
    'the pages are missing',
    { toml: (toml) => toml.replace(/directory = .*/, 'directory = "./elsewhere"') },
    /^assets +the folder \.\/elsewhere is missing/,
  ],
  ['wrangler.toml is no TOML', { toml: () => '[[x' }, /^file +cannot be read: Invalid TOML document/],
])('where %s, one line says so', async (_, deployment, line) => {
  const { settings: changes, ...rest } = typeof deployment === 'function' ? await deployment() : deployment
  const base = { CONDUCTORONE_BASE_URL: wire.url.origin }
  const isOther = changes?.CONDUCTORONE_BASE_URL === 'http://127.0.0.1'
  const { status, stdout, stderr, lines } = await examine({
    ...rest,
    settings: { ...changes, ...(isOther && base) },
  })
  expect(lines['✗']).toEqual([expect.stringMatching(line)])
  expect([status, stderr]).toEqual([1, ''])
  for (const secret of [good, expired, basic].map(({ clientSecret }) => clientSecret.split(':').at(-1) ?? ''))
    expect(stdout).not.toContain(secret)
})

test('a hit without a user is nobody, so the owner beside it is still the only one', async () => {
  const { status, lines } = await examine({
    settings: { POLICY: JSON.stringify({ defaultOwners: ['owner@example.com'] }) },
    fault: ['search', 'null-user'],
  })
  expect([status, lines['✗']]).toEqual([0, []])
  expect(lines['✓'].join('\n')).toMatch(/owners +every default owner is known: owner@example\.com/)
})

test('a system log that is not searched is not asked', async () => {
  const { status, lines } = await examine({
    settings: { CONDUCTORONE_SYSTEM_LOG: 'off' },
    fault: ['system-log', 'forbidden'],
  })
  expect(status).toBe(0)
  expect(lines['✓'].join('\n')).toMatch(/system log +is not searched: CONDUCTORONE_SYSTEM_LOG is off/)
})

test('a credential that ends soon, or that a Worker cannot use, is a warning', async () => {
  const { status, lines } = await examine({ settings: { ...settings(ending, wire.url) } })
  expect(status).toBe(0)
  expect(lines['!']).toEqual([
    expect.stringMatching(/^tenant +is at 127\.0\.0\.1:\d+, which only this machine can reach/),
    expect.stringMatching(/^credential +expires on \d{4}-\d\d-\d\d: make the next one now/),
    expect.stringMatching(/^addresses +only some source IPs/),
  ])
})

test('a credential that requires proofs is checked with proofs', async () => {
  const { status, lines } = await examine({
    settings: {
      ...settings(bound, simulator.url),
      CONDUCTORONE_DPOP: 'required',
      POLICY: '{"defaultOwners":["owner@example.com"]}',
    },
  })
  expect([status, lines['✗']]).toEqual([0, []])
  expect(lines['✓'].join('\n')).toMatch(/token +DPoP, for 60 minutes/)
  expect(lines['✓'].join('\n')).toMatch(/owners +every default owner is known/)
})

test('a secrets file whose values are no text is told as wrangler would, without the value', async () => {
  const folder = newFolder()
  folder.write('nested.json', JSON.stringify({ API_KEYS: { runbook: KEYS.runbook } }))
  try {
    const { stdout } = await runScript('doctor', {
      args: ['--secrets-file', 'nested.json'],
      folder: folder.path,
    })
    expect(marked(stdout)['✗']).toEqual([expect.stringMatching(/^file +API_KEYS must be text; put the JSON/)])
    expect(stdout).not.toContain(KEYS.runbook)
  } finally {
    folder.remove()
  }
})

test('a machine gets JSON, and nothing else', async () => {
  const { status, stdout } = await examine({ args: ['--json'], settings: { API_KEYS: '{}' } })
  const report = JSON.parse(stdout)
  expect([status, report.ok]).toEqual([1, false])
  expect(report.checks).toContainEqual({
    section: 'Settings',
    name: 'API_KEYS',
    status: 'wrong',
    says: 'names no caller',
  })
})

test('what cannot be understood is exit status 2, with the usage', async () => {
  const ended = await examine({ args: ['--sekrets-file', 'x'] })
  expect(ended.status).toBe(2)
  expect(ended.stderr).toContain('npm run doctor')
  expect(ended.stderr).toContain('2 not understood.')
  const { stderr } = await examine({ args: ['--url', 'vaults example'] })
  expect(stderr).toContain('--url vaults example is not an address.')
})

/** Looks at a running Worker only: there is no file with its settings. */
async function outside(url: string, key?: string) {
  const folder: Folder = newFolder()
  try {
    const env = key === undefined ? {} : { VAULTS_KEY: key }
    const ended = await runScript('doctor', { args: ['--url', url], folder: folder.path, env })
    return { ...ended, lines: marked(ended.stdout) }
  } finally {
    folder.remove()
  }
}

test('a Worker that runs is looked at from outside, and says more to an operator', async () => {
  const { status, lines, stderr } = await outside(worker.url.host, KEYS.operator)
  expect(lines['✗']).toEqual([])
  expect([status, stderr]).toEqual([0, ''])
  expect(lines['✓'].join('\n')).toMatch(/readiness +all is well: token, ledger, owners/)
  expect(lines['✓'].join('\n')).toMatch(/key +is valid/)
})

test.each<[string, string | undefined, RegExp]>([
  [
    'nobody knows the key',
    'a-key-that-nobody-knows-0123456789abcdef',
    /^key +VAULTS_KEY is not among the API_KEYS/,
  ],
])('from outside, where %s, one line says so', async (_, key, line) => {
  const { status, lines } = await outside(worker.url.href, key)
  expect(lines['✗']).toEqual([expect.stringMatching(line)])
  expect(status).toBe(1)
})

test('from outside, what is no Worker of ours is told as such', async () => {
  const { status, lines } = await outside(simulator.url.href)
  expect(lines['✗']).toEqual([expect.stringMatching(/^address +something else answers there \(HTTP 200\)/)])
  expect(status).toBe(1)
  const mute = createHttpServer((_, response) => response.end('{"status":"ok"}'))
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  // a server that listens on TCP has an address with a port
  const stripped = await outside(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`)
  mute.close()
  expect(stripped.lines['✗']).toEqual([
    expect.stringMatching(/^headers +X-Request-Id and Cache-Control: no-store got lost/),
    expect.stringMatching(/^settings +a request without a key gets HTTP 200 instead of 401/),
  ])
  const silent = await outside(`http://127.0.0.1:${await closedPort()}`)
  expect(silent.lines['✗']).toEqual([
    expect.stringMatching(/^address .*does not answer: nothing listens there/),
  ])
  const secured = createTlsServer(localhost)
  await new Promise<void>((resolve) => secured.listen(0, resolve))
  // as above
  const untrusted = await outside(`https://localhost:${(secured.address() as AddressInfo).port}`)
  secured.close()
  expect(untrusted.lines['✗']).toEqual([
    expect.stringMatching(/does not answer: its certificate is not trusted here/),
  ])
  const clear = await outside('http://vaults.example.workers.dev', KEYS.operator)
  expect(clear.lines['✗']).toEqual([
    expect.stringMatching(/^address +keys would travel in the clear: use https/),
  ])
})

test('from outside, wrong settings and a refused credential are told apart, and the cause of the latter to operators', async () => {
  const { CONDUCTORONE_CLIENT_SECRET: _, ...lacking } = settings(good, wire.url)
  const misconfigured = await startWorker(lacking)
  const refused = await startWorker(settings(expired, wire.url))
  try {
    expect((await outside(misconfigured.url.href, KEYS.operator)).lines['✗']).toEqual([
      expect.stringMatching(/^settings +are wrong, .*--secrets-file/),
    ])
    expect((await outside(refused.url.href)).lines['✗']).toEqual([
      expect.stringMatching(/^readiness +it gets no token from ConductorOne \(HTTP 503\): .*scope operate/),
    ])
    expect((await outside(refused.url.href, KEYS.operator)).lines['✗']).toEqual([
      expect.stringMatching(
        /^readiness +token: ConductorOne does not accept this deployment’s credential \(HTTP 401\)/,
      ),
    ])
  } finally {
    await misconfigured.stop()
    await refused.stop()
  }
})
