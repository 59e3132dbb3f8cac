import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { chats } from '../test/support/chats.ts'
import { newCredential } from '../test/support/credential.ts'
import { senders } from '../test/support/senders.ts'
import { type Build, build, ROOT } from './build.ts'
import { workerds } from './process.ts'
import type { Upstream } from './start-upstream.ts'

/** The Workers that take turns. */
export const ENTRIES = {
  floor: 'worker-floor.ts',
  plain: 'worker-plain.ts',
  promise: 'worker-promise.ts',
  ours: undefined,
} as const
export type Name = keyof typeof ENTRIES

/** Whose key creates are sent with. */
export const API_KEY = 'bench-key-0123456789-abcdefghijklmnopqr'
/** Whose key reads everyone's vaults. */
export const OPERATOR_KEY = 'bench-operator-key-0123456789-abcdefghi'

/** A Worker that runs in a workerd of its own. */
export type Contender = {
  readonly name: Name
  /** through miniflare's front Worker, as `wrangler dev` would */
  readonly url: URL
  /** straight into the Worker */
  readonly door: URL
  readonly pid: number
  readonly miniflare: Miniflare
  stop(): Promise<void>
}

/** Where databases are. */
export type Kept = 'in memory' | 'on disk'

/** Where a Worker runs, and whether it can be looked into. */
export type Place = {
  /** the folder for its state, which stays; by default a new one, which goes when it stops */
  readonly folder?: string
  readonly kept?: Kept | undefined
  readonly inspected?: boolean
  /** another bundle than the one that would be deployed */
  readonly build?: Build
}

const credential = await newCredential('127.0.0.1')
const builds = new Map<Name, Promise<Build>>()

/** @returns a Worker's minified bundle, made once */
export function built(name: Name): Promise<Build> {
  const known = builds.get(name) ?? build(name, { entry: ENTRIES[name] })
  builds.set(name, known)
  return known
}

/** @returns our bundle as it can be read in a profile */
export function readable(): Promise<Build> {
  return build('readable', { minify: false })
}

/**
 * Makes a folder for databases. Cloudflare makes a write safe by telling other machines of it, and not by flushing a disk
 * of its own; so they are kept in memory where that is possible, unless the disk is what is asked for.
 */
export async function newFolder(kept: Kept = 'in memory'): Promise<string> {
  const memory = '/dev/shm'
  const there = await access(memory).then(
    () => true,
    () => false,
  )
  return mkdtemp(join(there && kept === 'in memory' ? memory : tmpdir(), 'bench-'))
}

/** Starts one Worker; one after the other, as the new workerd is told by being new. */
export async function start(name: Name, upstream: Upstream, place: Place = {}): Promise<Contender> {
  const before = await workerds()
  const folder = place.folder ?? (await newFolder(place.kept))
  const { code } = place.build ?? (await built(name))
  const options = convertV4MiniflareOptions({
    host: '127.0.0.1',
    port: 0,
    handleStructuredLogs: () => undefined,
    ...(place.inspected && { inspectorPort: 0 }),
    workers: [
      {
        ...(name === 'ours' ? ours(upstream) : other(name, upstream)),
        name,
        modules: [{ type: 'ESModule', path: 'index.js', contents: code }],
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      },
    ],
  })
  const miniflare = new Miniflare({ ...options, resourcePersistencePath: folder })
  const url = await miniflare.ready
  const pid = (await workerds()).find((id) => !before.includes(id))
  if (pid === undefined) throw new Error('workerd was not found among the processes; this needs Linux')
  const stop = async () => {
    await miniflare.dispose()
    if (!place.folder) await rm(folder, { recursive: true, force: true })
  }
  return { name, url, door: await miniflare.unsafeGetDirectURL(name), pid, miniflare, stop }
}

/** What `wrangler.toml` says, less the limit, which every load would run into, and the pages, which no load asks for. */
function ours({ url }: Upstream) {
  const { assets: _assets, ...options } = unstable_getMiniflareWorkerOptions(
    join(ROOT, 'wrangler.toml'),
  ).workerOptions
  const settings = {
    CONDUCTORONE_CLIENT_ID: credential.clientId,
    CONDUCTORONE_CLIENT_SECRET: credential.clientSecret,
    CONDUCTORONE_BASE_URL: url.origin,
    CONDUCTORONE_WEBHOOKS: 'on',
    API_KEYS: JSON.stringify({
      runbook: API_KEY,
      operator: { key: OPERATOR_KEY, scopes: ['read', 'operate'] },
    }),
    WEBHOOK_SECRETS: JSON.stringify(secretsOf({ ...senders, ...chats })),
    SOURCES: JSON.stringify({ jira: { fields: { owners: 'customfield_10050' } } }),
  }
  // wrangler's type says less of it than it gives
  const bindings = { ...(options.bindings as Record<string, string>), ...settings }
  return { ...options, ratelimits: {}, bindings }
}

function secretsOf(rows: Readonly<Record<string, { readonly secret: string }>>): Record<string, string> {
  return Object.fromEntries(Object.entries(rows).map(([name, { secret }]) => [name, secret]))
}

function other(name: Exclude<Name, 'ours'>, { url }: Upstream) {
  const [, jwk = ''] = credential.clientSecret.split('v1:')
  return {
    compatibilityDate: '2026-10-23',
    compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'],
    bindings: {
      BASE_URL: url.origin,
      TOKEN: 'x'.repeat(64),
      CLIENT_ID: credential.clientId,
      PRIVATE_KEY: Buffer.from(jwk, 'base64url').toString(),
      API_KEY,
    },
    durableObjects: name === 'promise' ? { LEDGER: { className: 'Ledger', useSQLite: true } } : {},
  }
}
