import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TOKEN_PREFIX } from '../simulator/tokens.ts'
import { CALLBACK_PATH } from '../simulator/webhook-callback.ts'
import { holdsCallback, holdsProof } from './in-play.ts'
import { ROGUE_TOKEN } from './rogue-tenant.ts'

/** What no setting tells, by its looks. */
const SHAPES: readonly (readonly [what: string, pattern: RegExp])[] = [
  // an assertion, a proof of possession, or what ConductorOne signs its deliveries with
  ['a JWT', /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/],
  ['an access token', new RegExp(`${TOKEN_PREFIX}|${ROGUE_TOKEN}`)],
  // whoever has one may post there
  [
    'an address for replies',
    new RegExp(`hooks\\.slack\\.com/|discord\\.com/api/v10/webhooks/|/hooks/commands/|${CALLBACK_PATH}`),
  ],
]
/** Settings that hold secrets, alone or in JSON. */
const SECRET_SETTINGS = /SECRET|API_KEYS|TOKEN/
/** Members of such a setting that are none. */
const OPEN_MEMBERS = new Set(['scopes', 'user', 'host'])
/** Characters in a row of a secret that are enough to call it one: a page of a database may end in its middle. */
const ENOUGH = /.{16,31}?(?=(?:.{16})*$)/g

/**
 * Looks through all that a Worker leaves behind: every line that it logged, and every file of its KV, Durable Objects
 * and Workflows.
 *
 * @param folder where its state is
 * @param logs its lines
 * @param bindings its settings
 * @throws {Error} naming what was found and where, but not repeating it
 */
export async function expectNoRemains(
  folder: string,
  logs: readonly string[],
  bindings: Readonly<Record<string, string>>,
): Promise<void> {
  const secrets = Object.entries(bindings)
    .filter(([name]) => SECRET_SETTINGS.test(name))
    .flatMap(([, setting]) => secretsIn(setting))
    .flatMap((secret) => secret.match(ENOUGH) ?? [secret])
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const places = files.map(({ parentPath, name }) => join(parentPath, name))
  const look = (place: string, text: string) => {
    const configured = secrets.some((secret) => text.includes(secret)) && 'a configured secret'
    const shaped = SHAPES.find(([, pattern]) => pattern.test(text))?.[0]
    const what =
      configured ||
      shaped ||
      (holdsCallback(text) && 'a callback address') ||
      (holdsProof(text) && 'a signature or a key that was sent')
    if (what) throw new Error(`${what} was left behind in ${place}`)
  }
  look('the log', logs.join('\n'))
  for (const place of places) look(place, await readFile(place, 'latin1'))
}

/** Every text in a setting, whether it is JSON or not. */
function secretsIn(setting: string): string[] {
  try {
    return textsIn(JSON.parse(setting))
  } catch {
    return textsIn(setting)
  }
}

function textsIn(value: unknown): string[] {
  // what is shorter is no secret that the Worker would take
  if (typeof value === 'string') return value.length < 8 ? [] : forms(value)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => (OPEN_MEMBERS.has(name) ? [] : textsIn(member)))
}

/** A secret without what says of which kind it is; of a client secret also the private part of its key. */
function forms(secret: string): string[] {
  const text = secret.replace(/^(?:secret-token:.*:|wh(?:sec|pk)_)/, '')
  if (!secret.startsWith('secret-token:')) return [text]
  return [text, JSON.parse(Buffer.from(text, 'base64url').toString()).d ?? text]
}
