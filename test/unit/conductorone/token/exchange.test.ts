import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { readTokenAnswer, requestToken } from '../../../../src/conductorone/token/exchange.ts'
import { CLIENT_ID, credentialsOf, failureFrom, JWK, secretOf } from '../../samples.ts'
import { answerOf, json, NOON, type Step, TestWorld } from '../../world.ts'

const TIMEOUT_MS = 10_000

async function ask({
  baseUrl = 'https://acme.conductor.one',
  credentials = credentialsOf(),
  step = json({}),
} = {}) {
  const world = new TestWorld(step)
  await requestToken(new URL(baseUrl), credentials, world, TIMEOUT_MS)
  const [sent] = world.sent
  if (!sent) throw new Error('nothing was sent')
  return { url: sent.url, init: sent.init, form: new URLSearchParams(String(sent.init.body)) }
}

async function read(response: Response, requestedAt = NOON) {
  return readTokenAnswer(await answerOf(response), requestedAt)
}

test.each([
  ['https://acme.conductor.one', 'https://acme.conductor.one/auth/v1/token'],
  ['http://127.0.0.1:8788/', 'http://127.0.0.1:8788/auth/v1/token'],
  ['https://proxy.example/c1/', 'https://proxy.example/c1/auth/v1/token'],
])('asks the token endpoint of %s, following no redirect', async (baseUrl, url) => {
  const sent = await ask({ baseUrl })
  expect(sent.url).toBe(url)
  expect(sent.init).toMatchObject({ method: 'POST', redirect: 'manual', signal: expect.any(AbortSignal) })
  const headers = new Headers(sent.init.headers)
  expect(headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
  expect(headers.get('authorization')).toBeNull()
})

test('sends form B and nothing else: no secret, no scope', async () => {
  const { form } = await ask()
  expect(Object.fromEntries(form)).toEqual({
    grant_type: 'client_credentials',
    client_id: CLIENT_ID,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  })
})

test('asserts what ConductorOne’s own clients assert, signed with the private key', async () => {
  const { form } = await ask({ baseUrl: 'http://127.0.0.1:8788' })
  const assertion = form.get('client_assertion') ?? ''
  const { kty, crv, x } = JWK
  const verified = await jwtVerify(assertion, await importJWK({ kty, crv, x }, 'EdDSA'), {
    currentDate: new Date(NOON),
  })
  expect(verified.protectedHeader).toEqual({ alg: 'EdDSA', nonce: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(verified.payload).toEqual({
    iss: CLIENT_ID,
    sub: CLIENT_ID,
    aud: 'acme.conductor.one',
    iat: NOON / 1_000,
    nbf: NOON / 1_000 - 120,
    exp: NOON / 1_000 + 120,
  })
})

test('makes a new nonce for each assertion', async () => {
  const world = new TestWorld(json({}))
  for (let tries = 0; tries < 2; tries++)
    await requestToken(new URL('https://acme.conductor.one'), credentialsOf(), world, TIMEOUT_MS)
  const nonces = world.sent.map(
    ({ init }) =>
      decodeProtectedHeader(new URLSearchParams(String(init.body)).get('client_assertion') ?? '').nonce,
  )
  expect(new Set(nonces).size).toBe(2)
})

test('names the key where the client secret names it', async () => {
  const { form } = await ask({ credentials: credentialsOf(CLIENT_ID, secretOf({ ...JWK, kid: 'key-7' })) })
  const assertion = form.get('client_assertion') ?? ''
  expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'EdDSA', kid: 'key-7' })
  expect(decodeJwt(assertion).iss).toBe(CLIENT_ID)
})

test.each<[string, Step, string]>([
  ['breaks', new TypeError('fetch failed'), 'token endpoint: broken connection'],
  ['takes too long', new DOMException('late', 'TimeoutError'), 'token endpoint: no answer in time'],
])('calls the tenant unavailable where the connection %s', async (_, step, reason) => {
  const world = new TestWorld(step)
  const asked = requestToken(new URL('https://acme.conductor.one'), credentialsOf(), world, TIMEOUT_MS)
  expect(await failureFrom(asked)).toEqual({ kind: 'unavailable', reason })
})

test.each([
  [{ expires_in: 600 }, 600],
  [{ expires_in: 3_600 }, 3_600],
  [{ expires_in: '3600' }, 3_600],
  [{}, 300],
])('takes the life of a token from the moment it was asked for, with %j', async (life, seconds) => {
  const token = await read(json({ access_token: 'at-1', token_type: 'Bearer', ...life }), NOON - 4_000)
  expect(token.value.reveal()).toBe('at-1')
  expect(token).toMatchObject({ issuedAt: NOON - 4_000, expiresAt: NOON - 4_000 + seconds * 1_000 })
})

test.each([
  ['400 with an OAuth error', json({ error: 'invalid_client' }, 400), 'credentials-rejected'],
  ['401', json({}, 401), 'credentials-rejected'],
  ['403', json({}, 403), 'credentials-rejected'],
  ['404', new Response('<html>', { status: 404 }), 'credentials-rejected'],
  ['429', json({}, 429, { 'Retry-After': '3' }), 'unavailable'],
  ['500', json({}, 500), 'unavailable'],
  [
    'a redirect',
    new Response(null, { status: 302, headers: { Location: 'https://x.example/' } }),
    'unavailable',
  ],
  ['HTML', new Response('<html>', { headers: { 'Content-Type': 'text/html' } }), 'unavailable'],
  ['JSON without a token', json({ token_type: 'Bearer' }), 'unavailable'],
  ['an empty token', json({ access_token: '', token_type: 'Bearer' }), 'unavailable'],
  ['a token of another type', json({ access_token: 'x', token_type: 'mac' }), 'unavailable'],
  [
    'a life that is no number',
    json({ access_token: 'x', token_type: 'Bearer', expires_in: 'x' }),
    'unavailable',
  ],
  ['too much', json({ access_token: 'x'.repeat(300_000), token_type: 'Bearer' }), 'unavailable'],
])('judges an answer that is %s', async (_, response, kind) => {
  expect(await failureFrom(read(response))).toMatchObject({ kind })
})

test('passes on when to come back', async () => {
  const response = json({}, 429, { 'Retry-After': 'Thu, 01 Oct 2026 12:00:30 GMT' })
  expect(await failureFrom(read(response))).toMatchObject({ retryAfter: 30 })
})
