import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { Policy } from '../../src/config/policy.ts'
import { type Checkout, checkOut } from '../support/checkout.ts'
import { read } from '../support/documents.ts'
import { abridged, comparable, readHttpAnswer } from '../support/http-answer.ts'
import { Likeness } from '../support/likeness.ts'
import { blocksOf } from '../support/markdown.ts'
import { type Going, going, hasShell, shell, type Where } from '../support/shell.ts'
import { startWorker } from '../support/worker.ts'

const DOCUMENTED = 'https://vaults.example.workers.dev'
const EXPORT = /^ {2}export (\w+)=(\S+)$/gm

/** The documents whose calls and commands are carried out here, one after the other. */
const blocks = ['README.md', 'docs/api.md', 'docs/configuration.md'].flatMap((path) =>
  blocksOf(read(path)).map((block) => ({ ...block, path })),
)
const typed = blocks.filter(({ language }) => language === 'sh')
const calls = typed.filter(({ text }) => text.includes('curl'))
const settings = typed.find(({ text }) => text.startsWith('export VAULTS_URL='))
const commands = typed
  .filter((block) => block !== settings && !calls.includes(block))
  .flatMap(({ text }) => text.split(/\n|&&/).map((command) => command.trim()))
  .filter((command) => command !== '')

let checkout: Checkout
let running: Going
/** what `npm start` prints to be pasted */
let pasted: Record<string, string>
const likeness = new Likeness()

beforeAll(async () => {
  checkout = checkOut()
  running = await going('npm start', where({ PORT: '0', SIMULATOR_PORT: '0' }), /CLIENT_SECRET=\S+\n/)
  pasted = Object.fromEntries(Array.from(running.said.matchAll(EXPORT), ([, name, value]) => [name, value]))
})
afterAll(async () => {
  await running?.stop()
  checkout?.remove()
})

function where(env: Where['env'] = {}): Where {
  return { folder: checkout.folder, env: { CLOUDFLARE_CF_FETCH_ENABLED: 'false', ...env } }
}

/** What a document shows as the answer to what is typed. */
function answerTo(block: (typeof blocks)[number] | undefined, language: 'http' | 'text'): string {
  const next = block && blocks[blocks.indexOf(block) + 1]
  if (next?.language !== language)
    throw new Error(`line ${block?.line} of ${block?.path} is not followed by its answer`)
  return next.text
}

/** Commands that are carried out here, in this order. */
const here: Record<string, (command: string) => Promise<void>> = {
  async 'npm run demo'(command) {
    const shown = answerTo(
      typed.find(({ text }) => text.includes(command)),
      'text',
    )
    const said = await shell(command, where())
    const calls = said.slice(said.lastIndexOf(shown.split('\n')[0] ?? ''))
    expect(likeness.inTermsOf(shown, calls)).toBe(shown)
  },
  async 'npm start'() {
    expect(Object.keys(pasted)).toEqual([
      'VAULTS_URL',
      'VAULTS_KEY',
      'SIMULATOR_URL',
      'CONDUCTORONE_BASE_URL',
      'CONDUCTORONE_CLIENT_ID',
      'CONDUCTORONE_CLIENT_SECRET',
    ])
    const example = running.said.split('\n\n').find((part) => part.startsWith('  curl "$VAULTS_URL'))
    expect(JSON.parse(await shell(`${example}`, where(pasted))).request.status).toBe('created')
  },
  async 'npm run setup -- --secrets-file .secrets.json'(command) {
    expect(await shell(command, where(pasted))).toContain('.secrets.json is written')
    expect(JSON.parse(secrets()).CONDUCTORONE_CLIENT_ID).toBe(pasted.CONDUCTORONE_CLIENT_ID)
  },
  async 'npm run setup -- --secrets-file .secrets.json --add sender github'(command) {
    expect(await shell(command, where())).toContain('npx wrangler secret bulk .secrets.json')
    expect(namesIn('WEBHOOK_SECRETS')).toEqual(['github'])
  },
  async 'npm run setup -- --secrets-file .secrets.json --add caller deploy-bot'(command) {
    expect(await shell(command, where())).toContain('npx wrangler secret bulk .secrets.json')
    expect(namesIn('API_KEYS')).toEqual(['runbook', 'deploy-bot'])
  },
  async 'npm run setup -- --secrets-file .secrets.json --add operator jane'(command) {
    expect(await shell(command, where())).toContain('Its API key, shown only now')
    expect(JSON.parse(JSON.parse(secrets()).API_KEYS).jane.scopes).toEqual(['read', 'operate'])
  },
  async 'npm run setup -- --secrets-file .secrets.json --add sender linear'(command) {
    await shell(command, where({ WEBHOOK_SECRET: 'lin_wh_0123456789' }))
    expect(namesIn('WEBHOOK_SECRETS')).toEqual(['github', 'linear'])
  },
  async 'npm run deploy -- --secrets-file .secrets.json'(command) {
    // up to where an account is needed
    const said = await shell(`${command} --dry-run`, where())
    for (const name of ['LEDGER', 'PROVISION', 'TOKEN_CACHE', 'RATE_LIMIT', 'PAGES', 'API_KEYS'])
      expect(said).toContain(`env.${name}`)
  },
  async [`npm run doctor -- --secrets-file .secrets.json --url ${DOCUMENTED}`](command) {
    const deployed = await startWorker(JSON.parse(secrets()))
    try {
      const said = await shell(command.replace(DOCUMENTED, deployed.url.origin), where())
      expect(said).toContain('✓ readiness')
      expect(said).not.toContain('✗')
    } finally {
      await deployed.stop()
    }
  },
  async 'npm run setup'(command) {
    expect(await shell(command, where(pasted))).toContain('.dev.vars is written')
  },
  async 'npm run dev'(command) {
    const dev = await going(`${command} -- --port 0`, where(), /Ready on \S+/)
    try {
      const [, address = ''] = /Ready on (\S+)/.exec(dev.said) ?? []
      const ready = await fetch(new URL('/readyz', address))
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
      await explore(address)
    } finally {
      await dev.stop()
    }
  },
}

/** Commands that cannot be carried out here, and why. */
const elsewhere: Record<string, string> = {
  'npm ci': 'it takes away the packages that this test runs with; .ci/run begins with it, from nothing',
  'npm test': 'this test is a part of it; .ci/run has it',
  'npx wrangler login': 'it needs a Cloudflare account, and a person at a browser',
}

function secrets(): string {
  return readFileSync(join(checkout.folder, '.secrets.json'), 'utf8')
}

function namesIn(setting: string): string[] {
  return Object.keys(JSON.parse(JSON.parse(secrets())[setting]))
}

/** What operating.md says of a Worker that runs under `npm run dev`. */
async function explore(address: string): Promise<void> {
  const query = blocksOf(read('docs/operating.md')).find(({ text }) => text.includes('observability/query'))
  const command = query?.text.replaceAll('http://localhost:8787', address.replace(/\/$/, '')) ?? ''
  await vi.waitFor(
    async () => {
      const { success, result } = JSON.parse(await shell(command, where()))
      expect([success, JSON.stringify(result)]).toEqual([true, expect.stringContaining('request.answered')])
    },
    { timeout: 20_000, interval: 500 },
  )
}

test('every command of these documents is carried out here, or says why it cannot be', () => {
  expect(new Set(commands)).toEqual(new Set([...Object.keys(here), ...Object.keys(elsewhere)]))
  expect(calls.length).toBeGreaterThan(5)
  const answers = blocks.filter(({ language }) => language === 'http')
  expect(calls.map((block) => blocks[blocks.indexOf(block) + 1])).toEqual(answers)
  expect(read('.ci/run')).toMatch(/^npm ci\b.*\nnpm test\nnpm run demo$/m)
})

test.skipIf(!hasShell).each(Object.entries(here))('%s works', (command, run) => run(command))

test('the policy that docs/configuration.md shows is one that the Worker takes', () => {
  const shown = blocks.find(({ language }) => language === 'toml')?.text ?? ''
  const path = join(checkout.folder, 'policy.toml')
  writeFileSync(path, shown)
  const { vars } = unstable_readConfig({ config: path }, { hideWarnings: true })
  expect(Policy.parse(vars.POLICY)).toEqual({ ...Policy.parse({}), ...Object(vars.POLICY) })
  expect(Object.keys(Object(vars.POLICY)).length).toBeGreaterThan(2)
})

test.skipIf(!hasShell)('where a port is taken, npm start says how to name another', async () => {
  const { port } = new URL(pasted.VAULTS_URL ?? '')
  const taken = shell('npm start', where({ PORT: port, SIMULATOR_PORT: '0' }))
  await expect(taken).rejects.toThrow(`Port ${port} is taken. Name another, for example: PORT=`)
})

test.skipIf(!hasShell)('the address and the key are taken as README.md has them', async () => {
  const text = settings?.text ?? ''
  expect(text).toContain(DOCUMENTED)
  const said = await shell(`${text}echo "$VAULTS_URL $VAULTS_KEY"`, { ...where(), input: 'typed-key\n' })
  expect(said).toBe(`${DOCUMENTED} typed-key\n`)
})

test.skipIf(!hasShell).each(calls)(
  'what is typed in line $line of $path is answered as it says',
  async (block) => {
    const health = readHttpAnswer(await shell('curl -i "$VAULTS_URL/healthz"', where(pasted)))
    const everywhere = [...health.headers.keys()]
    const documented = readHttpAnswer(answerTo(block, 'http'))
    const shown = comparable(documented)
    const command = likeness.real(block.text)
    const attempt = async () => {
      const answer = readHttpAnswer(await shell(command, where(pasted)))
      const real = comparable(abridged(answer, documented), everywhere)
      expect(likeness.inTermsOf(shown, real)).toBe(shown)
    }
    // what only reads may be early: a request runs in the background
    if (/ -d /.test(command)) await attempt()
    else await vi.waitFor(attempt, { timeout: 20_000, interval: 250 })
  },
)
