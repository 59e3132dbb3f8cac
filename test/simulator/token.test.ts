import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewCredential } from '../support/credential.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type Answer, assertionForm, send, signedAssertion } from '../support/tenant-client.ts'

const HOST = '127.0.0.1'
let simulator: Simulator
let credential: NewCredential
let disabled: NewCredential

beforeAll(async () => {
  credential = await newCredential(HOST)
  disabled = await newCredential(HOST, { name: 'idle-heron-1', disabled: true })
  simulator = await startSimulator({ credentials: [credential.credential, disabled.credential] })
}, 60_000)
afterAll(() => simulator.stop())
beforeEach(() => simulator.control.reset())

function requestToken(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  const url = new URL('/auth/v1/token', simulator.url)
  return send(url, { method: 'POST', headers, body: new URLSearchParams(form) })
}

function present(assertion: string): Promise<Answer> {
  return requestToken(assertionForm(credential.clientId, assertion))
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

test.each([
  ['one host in a list', [HOST]],
  ['a plain string', HOST],
])('accepts a good assertion whose audience is %s', async (_, aud) => {
  const answer = await present(await signedAssertion(credential, HOST, { claims: { aud } }))
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 3600,
  })
})

test('accepts the secret', async () => {
  const { clientId: client_id, clientSecret: client_secret } = credential
  const form = { grant_type: 'client_credentials', client_id }
  expect((await requestToken({ ...form, client_secret })).status).toBe(200)
  expect((await requestToken({ ...form, client_secret: `${client_secret}x` })).status).toBe(401)
})

test('issues tokens that live as long as a test says', async () => {
  await simulator.control.settings({ expiresIn: 1 })
  const { json } = await present(await signedAssertion(credential, HOST))
  expect(json).toMatchObject({ expires_in: 1 })
  const introspect = new URL('/api/v1/auth/introspect', simulator.url)
  const headers = { authorization: `Bearer ${Object(json).access_token}` }
  expect((await send(introspect, { headers })).status).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  expect((await send(introspect, { headers })).status).toBe(401)
})

test.each<[string, () => Record<string, unknown>]>([
  ['that expired', () => ({ exp: now() - 1 })],
  ['without an expiry', () => ({ exp: undefined })],
  ['that lives longer than five minutes', () => ({ exp: now() + 330 })],
  ['not yet valid', () => ({ nbf: now() + 60 })],
  ['from the future', () => ({ iat: now() + 60 })],
  ['issued long ago', () => ({ iat: now() - 3600 })],
  ['without an issue time', () => ({ iat: undefined })],
  ['for another host', () => ({ aud: ['other.example.com'] })],
  ['for two hosts', () => ({ aud: [HOST, 'other.example.com'] })],
  ['for a URL', () => ({ aud: `http://${HOST}` })],
  ['for a host with a port', () => ({ aud: simulator.url.host })],
  ['of another issuer', () => ({ iss: 'somebody@else/spc' })],
  ['about another subject', () => ({ sub: 'somebody@else/spc' })],
])('refuses an assertion %s', async (_, claims) => {
  const answer = await present(await signedAssertion(credential, HOST, { claims: claims() }))
  expect(answer.status).toBe(401)
  expect(answer.json).toEqual({ error: 'invalid_client', error_description: expect.any(String) })
})

test('asks for the host of the client id, whichever way the request took', async () => {
  const host = 'acme.conductor.example'
  const named = await newCredential(`${host}:8443`)
  const behindProxy = await startSimulator({ credentials: [named.credential] })
  const answerFor = async (aud: string) => {
    const form = assertionForm(named.clientId, await signedAssertion(named, aud))
    return send(new URL('/auth/v1/token', behindProxy.url), {
      method: 'POST',
      body: new URLSearchParams(form),
    })
  }
  expect((await answerFor(host)).status).toBe(200)
  expect((await answerFor(HOST)).status).toBe(401)
  expect((await answerFor(`${host}:8443`)).status).toBe(401)
  await behindProxy.stop()
})

test.each([
  ['no nonce', undefined, 200],
  ['a nonce of any form', 'abc-123', 200],
  ['an empty nonce', '', 401],
  ['a nonce that is not text', 7, 401],
])('answers an assertion with %s', async (_, nonce, status) => {
  const answer = await present(await signedAssertion(credential, HOST, { header: { nonce } }))
  expect(answer.status).toBe(status)
})

test('refuses a nonce it has seen', async () => {
  const assertion = await signedAssertion(credential, HOST)
  expect((await present(assertion)).status).toBe(200)
  expect((await present(assertion)).status).toBe(401)
})

test('refuses an assertion that was tampered with', async () => {
  const [header, payload, signature] = (await signedAssertion(credential, HOST)).split('.')
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 })).toString('base64url')
  expect((await present(`${header}.${forged}.${signature}`)).status).toBe(401)
})

test('refuses an assertion under another key', async () => {
  const { privateKey: key } = await newCredential(HOST)
  expect((await present(await signedAssertion(credential, HOST, { key }))).status).toBe(401)
})

test('refuses an assertion without a signature', async () => {
  const [, payload] = (await signedAssertion(credential, HOST)).split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  expect((await present(`${header}.${payload}.`)).status).toBe(401)
})

test('refuses a client that is unknown or disabled', async () => {
  const form = assertionForm('nobody@example.com/spc', await signedAssertion(credential, HOST))
  expect((await requestToken(form)).status).toBe(401)
  const idle = assertionForm(disabled.clientId, await signedAssertion(disabled, HOST))
  expect((await requestToken(idle)).json).toMatchObject({ error_description: 'sp_disabled' })
})

test('takes the credentials from a form and from nowhere else', async () => {
  const form = assertionForm(credential.clientId, await signedAssertion(credential, HOST))
  expect((await requestToken(form, { authorization: 'Basic eDp5' })).status).toBe(401)
  const url = new URL('/auth/v1/token', simulator.url)
  const body = JSON.stringify(form)
  const asJson = await send(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect(asJson.json).toMatchObject({ error: 'invalid_request' })
})

test.each<[string, Record<string, string>, string]>([
  ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ['no grant', { grant_type: '' }, 'invalid_request'],
  ['no client', { client_id: '' }, 'invalid_request'],
  ['two proofs', { client_secret: 'x' }, 'invalid_request'],
  ['another kind of assertion', { client_assertion_type: 'saml' }, 'invalid_request'],
])('refuses a request with %s', async (_, change, error) => {
  const form = assertionForm(credential.clientId, await signedAssertion(credential, HOST))
  const answer = await requestToken({ ...form, ...change })
  expect(answer.status).toBe(400)
  expect(answer.json).toMatchObject({ error })
})

test('journals the assertion, but no signature, secret or token', async () => {
  const assertion = await signedAssertion(credential, HOST)
  const { json } = await present(assertion)
  const { clientId: client_id, clientSecret: client_secret } = credential
  await requestToken({ grant_type: 'client_credentials', client_id, client_secret })
  await send(new URL('/api/v1/auth/introspect', simulator.url), {
    headers: { authorization: `Bearer ${Object(json).access_token}` },
  })
  const journal = await simulator.control.journal()
  expect(journal).toMatchObject([
    {
      step: 'token',
      status: 200,
      body: { client_assertion: { header: { alg: 'EdDSA' }, payload: { aud: [HOST] } } },
    },
    { step: 'token', status: 200, body: { client_id } },
    { step: 'introspect', status: 200, headers: { authorization: 'Bearer' } },
  ])
  const written = JSON.stringify(journal)
  expect(written).not.toContain(client_secret)
  expect(written).not.toContain(assertion.split('.')[2])
  expect(written).not.toContain(Object(json).access_token)
})
