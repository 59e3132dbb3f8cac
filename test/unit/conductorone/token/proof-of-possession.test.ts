import { calculateJwkThumbprint, decodeJwt } from 'jose'
import { expect, test, vi } from 'vitest'
import { Deadline } from '../../../../src/conductorone/deadline.ts'
import { Tenant } from '../../../../src/conductorone/tenant.ts'
import { TokenCache } from '../../../../src/conductorone/token/cache.ts'
import {
  asksForNonce,
  ProofOfPossession,
  proofKey,
} from '../../../../src/conductorone/token/proof-of-possession.ts'
import { Secret } from '../../../../src/lib/secret.ts'
import { CLIENT_ID, credentialsOf, failureFrom, JWK, secretOf, vault } from '../../samples.ts'
import { answerOf, json, type Step, TestWorld } from '../../world.ts'

const request = { displayName: 'Payroll', description: '', groupAuthzVault: {}, ownerIds: ['u1'] }
const good = json({ vault })

function challenge(error: string, nonce?: string): Response {
  return json({ code: 16 }, 401, {
    'WWW-Authenticate': `DPoP error="${error}", algs="EdDSA"`,
    ...(nonce !== undefined && { 'DPoP-Nonce': nonce }),
  })
}

function tenantOf(...script: Step[]) {
  vi.spyOn(console, 'log').mockReturnValue()
  const world = new TestWorld(...script)
  let exchanges = 0
  const exchange = async () => ({
    value: new Secret(`at-${++exchanges}`),
    issuedAt: world.now(),
    expiresAt: world.now() + 3_600_000,
  })
  const tokens = new TokenCache(exchange, { read: async () => undefined, write: async () => {} }, world)
  const proofs = new ProofOfPossession('acme.conductor.one', proofKey(credentialsOf()), world)
  const tenant = new Tenant(new URL('https://acme.conductor.one'), tokens, world, proofs)
  const create = () =>
    tenant.createVault(
      request,
      { deadline: new Deadline(25_000, world.now) },
      { beforeSend: () => {}, beforeWait: () => {} },
    )
  const nonces = () =>
    world.sent.map(({ init }) => decodeJwt(new Headers(init.headers).get('dpop') ?? '').nonce)
  const authorizations = () => world.sent.map(({ init }) => new Headers(init.headers).get('authorization'))
  return { world, create, nonces, authorizations }
}

async function thumbprint(clientSecret = secretOf(JWK)): Promise<string> {
  const { jwk, privateKey } = await proofKey(credentialsOf(CLIENT_ID, clientSecret))()
  expect(privateKey.extractable).toBe(false)
  return calculateJwkThumbprint(jwk)
}

test('has one key for one client secret, wherever it is made', async () => {
  expect(await thumbprint()).toBe(await thumbprint())
  expect(await thumbprint(secretOf({ ...JWK, kid: 'another' }))).not.toBe(await thumbprint())
})

test('keeps the nonce that the API asks for', async () => {
  const { create, nonces } = tenantOf(challenge('use_dpop_nonce', 'n1'), good)
  await create()
  await create()
  expect(nonces()).toEqual([undefined, 'n1', 'n1'])
})

test('follows a nonce that comes with a good answer', async () => {
  const { create, nonces } = tenantOf(json({ vault }, 200, { 'DPoP-Nonce': 'n2' }), good)
  await create()
  await create()
  expect(nonces()).toEqual([undefined, 'n2'])
})

test('answers each challenge with the nonce that it brought, as one may be good once', async () => {
  const bothSent = Promise.withResolvers<void>()
  const first = async () => {
    await bothSent.promise
    return challenge('use_dpop_nonce', 'n1')
  }
  const second = async () => {
    bothSent.resolve()
    await bothSent.promise
    return challenge('use_dpop_nonce', 'n2')
  }
  const { create, nonces } = tenantOf(first, second, good, good)
  await Promise.all([create(), create()])
  expect(nonces().slice(0, 2)).toEqual([undefined, undefined])
  expect(nonces().slice(2).toSorted()).toEqual(['n1', 'n2'])
})

test('forgets a nonce that is not asked for any more', async () => {
  const script = [challenge('use_dpop_nonce', 'n1'), good, challenge('invalid_dpop_proof'), good]
  const { create, nonces, authorizations } = tenantOf(...script)
  await create()
  await create()
  await create()
  expect(nonces()).toEqual([undefined, 'n1', 'n1', undefined, undefined])
  expect(new Set(authorizations())).toEqual(new Set(['DPoP at-1']))
})

test.each(['use_dpop_nonce', 'invalid_dpop_proof'])('does not answer %s without end', async (error) => {
  const { create, world } = tenantOf(challenge(error, 'n1'))
  expect(await failureFrom(create())).toMatchObject({ kind: 'credentials-rejected' })
  expect(world.sent).toHaveLength(4) // twice with each of two tokens
})

test('does not take a refused token for a refused proof', async () => {
  const { create, authorizations } = tenantOf(challenge('invalid_token', 'n1'), good)
  await create()
  expect(authorizations()).toEqual(['DPoP at-1', 'DPoP at-2'])
})

test('sends no create again that would have no time for its answer', async () => {
  const { create, world } = tenantOf(() => {
    world.pass(21_000)
    return challenge('use_dpop_nonce', 'n1')
  }, good)
  expect(await failureFrom(create())).toMatchObject({ kind: 'unavailable' })
  expect(world.sent).toHaveLength(1)
})

test.each<[string, Response, boolean]>([
  ['a challenge of the API', challenge('use_dpop_nonce', 'n1'), true],
  ['one without a nonce', challenge('use_dpop_nonce'), false],
  ['another refusal with a nonce', challenge('invalid_token', 'n1'), false],
  ['one of the token endpoint', json({ error: 'use_dpop_nonce' }, 400, { 'DPoP-Nonce': 'n1' }), true],
  ['one of it without a nonce', json({ error: 'use_dpop_nonce' }, 400), false],
  ['another error of it', json({ error: 'invalid_client' }, 400, { 'DPoP-Nonce': 'n1' }), false],
  ['a good answer with a nonce', json({}, 200, { 'DPoP-Nonce': 'n1' }), false],
  ['a failure with a nonce', json({ error: 'use_dpop_nonce' }, 500, { 'DPoP-Nonce': 'n1' }), false],
])('sees in %s what it is', async (_, response, expected) => {
  expect(asksForNonce(await answerOf(response))).toBe(expected)
})

test('does not read an error that has no end', async () => {
  let chunks = 0
  const body = new ReadableStream({
    pull(controller) {
      chunks++
      controller.enqueue(new Uint8Array(65_536).fill(0x61))
    },
  })
  const endless = new Response(body, { status: 400, headers: { 'DPoP-Nonce': 'n1' } })
  expect(asksForNonce(await answerOf(() => endless))).toBe(false)
  expect(chunks).toBeLessThan(10)
})

test('sees no challenge in an error that breaks off', async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
  const broken = new Response(body, { status: 400, headers: { 'DPoP-Nonce': 'n1' } })
  expect(asksForNonce(await answerOf(() => broken))).toBe(false)
})
