/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { afterEach, beforeEach, vi } from 'vitest'
import { Policy } from '../../src/config/policy.ts'
import type { Bindings } from '../../src/env.ts'
import { type Claim, claimOf } from '../../src/ledger/claim.ts'
import { beginAttempt } from '../../src/ledger/decide.ts'
import type { Entry } from '../../src/ledger/entry.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { inShard, newRequestId, SHARDS, type Shard, shardOf } from '../../src/ledger/request-id.ts'
import { type Identity, identityOf } from '../../src/ledger/sameness.ts'
import { ledgerOf } from '../../src/ledger/shards.ts'
import { Store } from '../../src/ledger/store.ts'
import type { Tell } from '../../src/ledger/tell.ts'
import { registerVault } from '../../src/ledger/vault-rows.ts'
import { world } from '../../src/lib/world.ts'
import { orderOf } from '../../src/provisioning/order.ts'
import { ProvisioningRequest } from '../../src/provisioning/request.ts'

// the types of both are generated without this Worker's settings
export const bindings = env as unknown as Bindings
export const worker = (exports as unknown as { default: Fetcher }).default

export const CALLBACK_URL = 'https://hooks.example.com/vaults'

type Step = (body: unknown, init: RequestInit) => Response | Promise<Response>

/** What the tenant, a callback's receiver and operators say to one request after another; the last says it for good. */
export type Script = {
  token: Step[]
  users: Step[]
  create: Step[]
  update: Step[]
  vault: Step[]
  events: Step[]
  callback: Step[]
  alert: Step[]
}

/** One request that has left the Worker. */
export type Sent = { readonly to: keyof Script; readonly body: unknown; readonly headers: Headers }

/** An answer with a JSON body. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Step {
  return () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/json', ...headers },
    })
}

/** Come back after so long that nobody waits for it within one try. */
export const NOT_NOW = json({}, 503, { 'Retry-After': '1000' })
/** No answer at all. */
export const SILENCE: Step = () => new Promise<never>(() => {})

/**
 * Puts a tenant on the other side of `fetch`, for each test of a file anew. All that it is asked for works, until a
 * test says otherwise.
 */
export function stageTenant() {
  const sent: Sent[] = []
  const script = {} as Script // filled before each test
  let vaults = 0
  beforeEach(() => {
    sent.length = 0
    Object.assign(script, {
      token: [json({ access_token: 'at-1', token_type: 'Bearer', expires_in: 3_600 })],
      users: [
        (body) => {
          const { email, refs } = Object(body)
          const user = { id: `u-${email}`, email }
          const users = refs ? refs.map(({ id }: { id: string }) => ({ id, email: 'x@example.com' })) : [user]
          return json({ list: users.map((user: object) => ({ user })) })(body, {})
        },
      ],
      create: [(body, init) => json({ vault: { id: `vault-${++vaults}`, ...Object(body) } })(body, init)],
      update: [(body, init) => json({ vault: Object(body).vault })(body, init)],
      vault: [json({ vault: { id: 'vault-found', displayName: 'Payroll' } })],
      events: [json({ list: [], nextPageToken: '' })],
      callback: [() => new Response(null, { status: 204 })],
      alert: [() => new Response(null, { status: 204 })],
    } satisfies Script)
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const to = addressee(new URL(url), init.method)
      const body = to === 'token' ? init.body : init.body && JSON.parse(String(init.body))
      sent.push({ to, body, headers: new Headers(init.headers) })
      const step = script[to].length > 1 ? script[to].shift() : script[to][0]
      if (!step) throw new Error(`the script says nothing about ${to}`)
      return step(body, init)
    })
    for (const method of ['log', 'warn', 'error'] as const) vi.spyOn(console, method).mockReturnValue()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
  return { script, sent, sentTo: (to: keyof Script) => sent.filter((one) => one.to === to) }
}

function addressee({ hostname, pathname }: URL, method = 'GET'): keyof Script {
  if (hostname === 'hooks.example.com' && pathname === '/alerts') return 'alert'
  if (hostname === 'hooks.example.com' || hostname === 'hooks.slack.com') return 'callback'
  if (hostname !== 'acme.conductor.one') throw new Error(`nobody may ask ${hostname}`)
  if (pathname === '/auth/v1/token') return 'token'
  if (pathname.startsWith('/api/v1/webhooks/callback/')) return 'callback'
  if (pathname === '/api/v1/search/users') return 'users'
  if (pathname === '/api/v1/vaults') return 'create'
  if (pathname === '/api/v1/systemlog/events') return 'events'
  return method === 'POST' ? 'update' : 'vault'
}

/** Moves the clock of the whole Worker. */
export function travel(milliseconds: number): void {
  vi.useFakeTimers({ now: Date.now() + milliseconds, toFake: ['Date'] })
}

let count = 0

/** What a test asks the ledger for; each claim has a key of its own, unless it says otherwise. */
export type Wish = {
  readonly fields?: Readonly<Record<string, unknown>>
  readonly key?: string
  readonly caller?: string
  readonly background?: boolean
  readonly tell?: Tell | null
  readonly identity?: Identity
  readonly personId?: string
  /** puts a claim without a key into this shard */
  readonly shard?: Shard
  /** the very same claim as before, instead of a new one */
  readonly claim?: Claim
}

/** A claim, and the shard that decides on it; to be reopened where it was killed. */
export async function claimFor(wish: Wish = {}) {
  const claim = wish.claim ?? (await newClaim(wish))
  const shard = shardOf(claim.id) ?? ''
  const open = () => ({
    ledger: ledgerOf(bindings, shard),
    stub: bindings.LEDGER.getByName(`shard-${shard}`),
  })
  return { claim, ...open(), reopen: open }
}

async function newClaim({
  fields,
  key,
  caller = 'runbook',
  background = false,
  tell = null,
  shard,
  identity,
  personId,
}: Wish): Promise<Claim> {
  // an owner of its own, as found owners are remembered for longer than a test
  const owners = [`owner-${++count}@example.com`]
  const request = ProvisioningRequest.parse({ name: 'Payroll', owners, ...fields })
  const order = orderOf(request, Policy.parse({ allowedCallbackHosts: ['hooks.example.com'] }))
  const { claim } = await claimOf({
    requestId: newRequestId(world),
    claimant: { source: 'api', caller },
    content: request,
    order,
    identity: identity ?? identityOf(order, shard ? undefined : (key ?? `key-${count}`)),
    background,
    tell,
    ...(personId !== undefined && { personId }),
  })
  return shard ? { ...claim, id: inShard(claim.id, shard) } : claim
}

/** A claim's entry, as it is when a try begins. */
export function entryOf(claim: Claim, changes: Partial<Entry> = {}): Entry {
  return { ...beginAttempt(claim, undefined, world.now()), ...changes }
}

/** What a shard has on disk, whatever it would say when it is asked. */
export function onDisk(stub: DurableObjectStub<Ledger>, id: string): Promise<Entry | undefined> {
  return runInDurableObject(stub, (_, state) => new Store(state.storage.sql, world.now).get(id))
}

/**
 * Puts vaults into the registers of shards, as if their requests had been deleted.
 *
 * @param ownersOf the ids of the owners of the vault with that number
 * @param shards take turns
 * @returns the ids of the requests, oldest first
 */
export async function registerVaults(
  count: number,
  ownersOf: (index: number) => string[],
  shards: readonly Shard[] = SHARDS,
): Promise<string[]> {
  const { claim } = await claimFor()
  const start = Date.now() - 100 * 24 * 3_600_000
  const entries = Array.from({ length: count }, (_, index) => {
    const id = inShard(
      newRequestId({ ...world, now: () => start + index * 1_000 }),
      shards[index % shards.length] ?? '',
    )
    const owners = ownersOf(index).map((owner) => ({ input: `${owner}@example.com`, id: owner }))
    return entryOf(claim, { id, owners, status: 'created', vault: { id: `vault-${index}` } })
  })
  for (const [shard, own] of Map.groupBy(entries, ({ id }) => shardOf(id) ?? ''))
    await runInDurableObject(bindings.LEDGER.getByName(`shard-${shard}`), (_, state) => {
      for (const entry of own) registerVault(state.storage.sql, entry)
    })
  return entries.map(({ id }) => id)
}

/** Puts entries on a shard's disk. */
export function write(stub: DurableObjectStub<Ledger>, ...entries: readonly Entry[]): Promise<void> {
  return runInDurableObject(stub, (_, state) => {
    const store = new Store(state.storage.sql, world.now)
    for (const entry of entries) store.put(entry)
  })
}
