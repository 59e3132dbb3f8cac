import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { verifyDelivery } from '../../../src/conductorone/delivery-token.ts'
import { KeySet } from '../../../src/conductorone/key-set.ts'
import { bytesOf, sha256 } from '../../../src/lib/encoding.ts'
import { JWK as PRIVATE, rejection } from '../samples.ts'
import { json, NOON, type Step, TestWorld } from '../world.ts'

beforeEach(() => {
  for (const channel of ['log', 'warn'] as const) vi.spyOn(console, channel).mockReturnValue()
})

const TENANT = new URL('https://acme.conductor.one')
const WORKER = new URL('https://vaults.example.com/webhooks/conductorone')
const BODY = bytesOf('{"version":"v1"}')

type Signer = { readonly privateKey: CryptoKey; readonly jwk: JWK }

async function newSigner(kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'EdDSA' } }
}

const first = await newSigner('first')
const second = await newSigner('second')
const keysOf = (...keys: unknown[]) => json({ keys })

/** Whether a delivery that is sound but for its key is taken for ConductorOne's. */
async function proves(keys: KeySet, world: TestWorld, { privateKey, jwk }: Signer, kid = jwk.kid) {
  const now = Math.floor(world.now() / 1_000)
  const claims = {
    ...{ iss: TENANT.host, aud: WORKER.host, c1typ: 'wh', htm: 'POST', htu: WORKER.href },
    htb_s256: Buffer.from(await sha256(new TextDecoder().decode(BODY))).toString('base64'),
    ...{ iat: now, nbf: now, exp: now + 120, jti: crypto.randomUUID() },
  }
  const token = await new CompactSign(bytesOf(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', ...(kid !== undefined && { kid }) })
    .sign(privateKey)
  const delivery = { authorization: `Bearer ${token}`, method: 'POST', url: WORKER, body: BODY }
  return (await verifyDelivery(delivery, TENANT.host, keys, world.now())) !== undefined
}

function keySet(...script: Step[]) {
  const world = new TestWorld(...script)
  return { world, keys: new KeySet(TENANT, world) }
}

/** A body that goes on until nobody reads it any more. */
function endless(headers: Record<string, string> = { 'Content-Type': 'application/json' }) {
  const seen = { chunks: 0 }
  const body = () =>
    new ReadableStream({
      pull(controller) {
        seen.chunks++
        controller.enqueue(new Uint8Array(64 * 1_024).fill(0x20))
      },
    })
  return { seen, step: () => new Response(body(), { headers }) }
}

const hostile: readonly (readonly [string, Step])[] = [
  [
    '10,000 keys',
    keysOf(...Array.from({ length: 10_000 }, (_, kid) => ({ ...first.jwk, kid: String(kid) }))),
  ],
  ['33 keys', keysOf(...Array.from({ length: 33 }, () => first.jwk))],
  ['a redirect', new Response(null, { status: 302, headers: { Location: 'https://evil.example/jwks' } })],
  ['another content type', new Response(JSON.stringify({ keys: [first.jwk] }))],
  ['a page', new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
  ['no keys at all', json({})],
  ['keys that are none', json({ keys: ['first', null] })],
  [
    'what is too deep',
    new Response(`${'['.repeat(5_000)}`, { headers: { 'Content-Type': 'application/json' } }),
  ],
  ['an error', json({ keys: [first.jwk] }, 500)],
  ['a connection that breaks', new Error('cut')],
  ['a body without end', endless().step],
  ['1 GiB', endless({ 'Content-Type': 'application/json', 'Content-Length': String(2 ** 30) }).step],
]

describe('an answer that is no key set', () => {
  test.each(hostile)('%s: there are no keys to be had', async (_, answer) => {
    const { world, keys } = keySet(answer)
    expect(await rejection(proves(keys, world, first))).toMatchObject({ failure: { kind: 'unavailable' } })
    expect(world.sent).toMatchObject([
      { url: 'https://acme.conductor.one/auth/v1/jwks', init: { redirect: 'manual' } },
    ])
  })

  test.each(hostile)('%s: the keys before stay', async (_, answer) => {
    const { world, keys } = keySet(keysOf(first.jwk), answer)
    expect(await proves(keys, world, first)).toBe(true)
    expect(await proves(keys, world, second)).toBe(false)
    world.pass(3_600_001)
    expect(await proves(keys, world, first)).toBe(true)
    expect(world.sent).toHaveLength(3)
  })

  test('is not read to its end', async () => {
    const { seen, step } = endless()
    const { world, keys } = keySet(step)
    await rejection(proves(keys, world, first))
    expect(seen.chunks).toBeLessThan(8)
  })
})

test.each<readonly [string, ...unknown[]]>([
  ['a shared secret', { kty: 'oct', kid: 'first', k: 'c2VjcmV0' }],
  ['a private key', { ...PRIVATE, kid: 'first' }],
  ['a key of another kind', { kty: 'RSA', kid: 'first', n: 'AQAB', e: 'AQAB' }],
  ['a key for encryption', { ...first.jwk, use: 'enc' }],
  ['a key that may not verify', { ...first.jwk, key_ops: ['sign'] }],
  ['a key of strange types', { kty: 7, kid: ['first'], x: {} }],
  ['half a key', { ...first.jwk, x: 'AA' }],
])('%s verifies nothing', async (_, jwk) => {
  const { world, keys } = keySet(keysOf(jwk))
  expect(await proves(keys, world, first)).toBe(false)
})

test('keys that are not understood are passed over: RFC 7517, section 5', async () => {
  const strange = [{}, { kty: 7 }, { kty: 'oct', k: 'c2VjcmV0' }, { kty: 'AKP', kid: 'new', pub: 'AA' }]
  const { world, keys } = keySet(keysOf(...strange, first.jwk))
  expect(await proves(keys, world, first)).toBe(true)
})

describe('a flood of forged tokens with key ids of their own', () => {
  /** Sends one forged token a second. */
  async function flood(keys: KeySet, world: TestWorld, seconds: number) {
    for (let sent = 0; sent < seconds; sent++) {
      expect(await proves(keys, world, second, `forged-${sent}`)).toBe(false)
      world.pass(1_000)
    }
  }

  test('fetches the keys once in ten seconds, and three times at once', async () => {
    const { world, keys } = keySet(keysOf(first.jwk))
    await flood(keys, world, 600)
    expect(world.sent.length).toBeLessThanOrEqual(3 + 600 / 10)
    expect(await proves(keys, world, first)).toBe(true)
  })

  test('at once, fetches once', async () => {
    const { world, keys } = keySet(keysOf(first.jwk))
    const all = Array.from({ length: 500 }, (_, index) => proves(keys, world, second, `forged-${index}`))
    expect(new Set(await Promise.all(all))).toEqual(new Set([false]))
    expect(world.sent.length).toBeLessThanOrEqual(3)
  })

  test('keeps a new key waiting for ten seconds at most', async () => {
    let published = [first.jwk]
    const { world, keys } = keySet(() => keysOf(...published))
    await flood(keys, world, 95)
    published = [first.jwk, second.jwk]
    const since = world.now()
    while (!(await proves(keys, world, second))) await flood(keys, world, 1)
    expect(world.now() - since).toBeLessThanOrEqual(10_000)
    expect(world.now()).toBeGreaterThan(NOON)
  })
})
