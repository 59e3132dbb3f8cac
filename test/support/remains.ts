import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TOKEN_PREFIX } from '../simulator/tokens.ts'

/** A signed assertion, a proof, or any other JWT. */
const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/
/** Settings that hold secrets. */
const SECRET_SETTINGS = [
  'CONDUCTORONE_CLIENT_SECRET',
  'API_KEYS',
  'WEBHOOK_SECRETS',
  'CALLBACK_SECRET',
  'TICKET_TOKENS',
  'SLACK_BOT_TOKEN',
]
/** A part of a setting that is long and varied enough to be a secret, not a name. */
const SECRET = /[\w+/=-]{20,}/g

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
  const secrets = SECRET_SETTINGS.flatMap((name) => (bindings[name] ?? '').match(SECRET) ?? [])
  // a test that brings a folder of its own may have removed it, and looks through it itself
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const places = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const texts = [
    ['the log', logs.join('\n')],
    ...(await Promise.all(places.map(async (place) => [place, await readFile(place, 'latin1')]))),
  ] as const
  for (const [place, text = ''] of texts) {
    const found = secrets.some((secret) => text.includes(secret)) ? 'a configured secret' : undefined
    const what =
      found ?? (text.includes(TOKEN_PREFIX) ? 'an access token' : JWT.test(text) ? 'a JWT' : undefined)
    if (what) throw new Error(`${what} was left behind in ${place}`)
  }
}
