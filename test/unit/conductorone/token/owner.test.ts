import { beforeEach, expect, test, vi } from 'vitest'
import { tokenOwner } from '../../../../src/conductorone/token/owner.ts'
import { SealedToken } from '../../../../src/lib/sealed-token.ts'
import { Secret } from '../../../../src/lib/secret.ts'
import { CLIENT_ID, CLIENT_SECRET, credentialsOf, JWK, secretOf } from '../../samples.ts'
import { NOON, TestWorld } from '../../world.ts'

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJzd2lmdC1vdHRlciJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg'
const token = { value: new Secret(TOKEN), issuedAt: NOON, expiresAt: NOON + 3_600_000 }
const BASE_URL = 'https://acme.conductor.one'

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue())

/** KV in memory; `broken` makes every call fail. */
function storage() {
  const entries = new Map<string, ArrayBuffer>()
  const lives: unknown[] = []
  const state = { broken: false }
  const kv = {
    get: async (name: string) => {
      if (state.broken) throw new Error('KV GET failed')
      return entries.get(name) ?? null
    },
    put: async (name: string, value: ArrayBuffer, options: { expirationTtl: number }) => {
      if (state.broken) throw new Error('KV PUT failed')
      entries.set(name, value)
      lives.push(options.expirationTtl)
    },
  }
  const world = new TestWorld()
  const sealed = (baseUrl = BASE_URL, clientId = CLIENT_ID, clientSecret = CLIENT_SECRET) =>
    new SealedToken(
      kv as unknown as KVNamespace, // the two methods that are used
      tokenOwner(new URL(baseUrl), credentialsOf(clientId, clientSecret)),
      world,
    )
  return { entries, lives, state, world, sealed }
}

/** The only entry there is. */
function only(entries: ReadonlyMap<string, ArrayBuffer>): [string, ArrayBuffer] {
  const [entry, ...others] = entries
  if (!entry || others.length > 0) throw new Error(`there are ${entries.size} entries`)
  return entry
}

test('gives back what was stored', async () => {
  const { sealed } = storage()
  expect(await sealed().read()).toBeUndefined()
  await sealed().write(token)
  const read = await sealed().read()
  expect(read?.value.reveal()).toBe(TOKEN)
  expect(read).toMatchObject({ issuedAt: NOON, expiresAt: NOON + 3_600_000 })
})

test('keeps no part of the token, the client id or the secret in the clear', async () => {
  const { entries, sealed } = storage()
  await sealed().write(token)
  const [name, bytes] = only(entries)
  const stored = [
    name,
    ...(['latin1', 'base64', 'base64url'] as const).map((as) => Buffer.from(bytes).toString(as)),
  ]
  for (const text of [TOKEN, CLIENT_ID, CLIENT_SECRET, 'expiresAt', BASE_URL])
    for (let start = 0; start + 8 <= text.length; start++)
      expect(stored.join('\n')).not.toContain(text.slice(start, start + 8))
})

test('seals the same token otherwise each time', async () => {
  const { entries, sealed } = storage()
  await sealed().write(token)
  const [, first] = only(entries)
  await sealed().write(token)
  const [, second] = only(entries)
  expect(Buffer.from(second).equals(Buffer.from(first))).toBe(false)
})

const other = { ...JWK, d: Buffer.alloc(32, 7).toString('base64url') }

test.each([
  ['another secret', BASE_URL, CLIENT_ID, secretOf(other)],
  ['another tenant', 'https://other.conductor.one', CLIENT_ID, CLIENT_SECRET],
  ['another client id', BASE_URL, 'calm-heron-1@acme.conductor.one/spc', CLIENT_SECRET],
])('finds nothing under %s', async (_, ...credential) => {
  const { sealed } = storage()
  await sealed().write(token)
  expect(await sealed(...credential).read()).toBeUndefined()
})

test('takes no entry that was copied to another name', async () => {
  const { entries, sealed } = storage()
  await sealed().write(token)
  const [mine, bytes] = only(entries)
  const elsewhere = sealed('https://other.conductor.one')
  await elsewhere.write(token)
  const theirs = [...entries.keys()].find((name) => name !== mine) ?? ''
  expect(await elsewhere.read()).toBeDefined()
  entries.set(theirs, bytes)
  expect(await elsewhere.read()).toBeUndefined()
})

test.each([
  ['in its first byte', (bytes: Buffer) => bytes.with(0, (bytes[0] ?? 0) ^ 1)],
  ['in its middle', (bytes: Buffer) => bytes.with(40, (bytes[40] ?? 0) ^ 1)],
  ['in its tag', (bytes: Buffer) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 128)],
  ['by cutting it', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['down to a few bytes', (bytes: Buffer) => bytes.subarray(0, 5)],
  ['to nothing', () => new Uint8Array()],
])('takes no entry that was changed %s', async (_, change) => {
  const { entries, sealed } = storage()
  await sealed().write(token)
  const [name, bytes] = only(entries)
  entries.set(name, Uint8Array.from(change(Buffer.from(bytes))).buffer)
  expect(await sealed().read()).toBeUndefined()
})

test.each([
  [3_600_000, 3_600],
  [90_500, 91],
  [10_000, 60],
  [-10_000, 60],
])('keeps a token that lives %i ms for %i s', async (life, seconds) => {
  const { lives, sealed } = storage()
  await sealed().write({ ...token, expiresAt: NOON + life })
  expect(lives).toEqual([seconds])
})

test('does without KV where it fails', async () => {
  const { state, sealed } = storage()
  await sealed().write(token)
  state.broken = true
  expect(await sealed().read()).toBeUndefined()
  await expect(sealed().write(token)).resolves.toBeUndefined()
})
