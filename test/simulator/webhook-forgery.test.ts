import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { send } from '../support/tenant-client.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'
import type { Forgery } from './webhook-order.ts'

const url = 'https://vaults.example.com/webhooks/conductorone'
let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [] })
})
afterAll(() => simulator.stop())
beforeEach(() => simulator.control.reset())

async function keySet(): Promise<JSONWebKeySet> {
  return (await send(new URL('/auth/v1/jwks', simulator.url))).json as JSONWebKeySet
}

async function forged(forgery: Forgery): Promise<string> {
  const { headers } = await simulator.control.webhooks.sign({ url }, forgery)
  return (headers.authorization ?? '').replace('bearer ', '')
}

async function verify(token: string): Promise<unknown> {
  const algorithms = ['RS256', 'ES256', 'EdDSA']
  return jwtVerify(token, createLocalJWKSet(await keySet()), { algorithms })
}

test.each(['RS256', 'ES256', 'EdDSA'] as const)(
  'a stranger and a turned bit do not verify against a key of %s',
  async (algorithm) => {
    const { kid } = await simulator.control.webhooks.rotateKey(algorithm, { old: 'remove' })
    await expect(verify(await forged({}))).resolves.toBeTruthy()
    for (const signer of ['stranger', 'garbled'] as const) {
      const token = await forged({ signer })
      expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, kid, typ: 'JWT' })
      await expect(verify(token)).rejects.toThrow(errors.JWSSignatureVerificationFailed)
    }
  },
)

test('nobody signs with no signature, under whatever name none is given', async () => {
  const token = await forged({ signer: 'nobody' })
  expect(decodeProtectedHeader(token).alg).toBe('none')
  expect(token.endsWith('.')).toBe(true)
  expect(decodeProtectedHeader(await forged({ signer: 'nobody', header: { alg: 'nOnE' } })).alg).toBe('nOnE')
})

test('the public key for a secret is what a verifier that trusts alg would take', async () => {
  const token = await forged({ signer: 'public-key' })
  const jwk = (await keySet()).keys[0] ?? { kty: '' }
  // A public key of these types is never bytes.
  const pem = await exportSPKI((await importJWK(jwk, 'RS256', { extractable: true })) as CryptoKey)
  expect(decodeProtectedHeader(token).alg).toBe('HS256')
  await expect(jwtVerify(token, new TextEncoder().encode(pem))).resolves.toBeTruthy()
  await expect(verify(token)).rejects.toThrow()
})

test('an older key of the tenant signs, as long as it is published', async () => {
  const { webhooks } = simulator.control
  const [old] = await webhooks.keys()
  await webhooks.rotateKey('ES256')
  const signer = { kid: old?.kid ?? '' }
  await expect(verify(await forged({ signer }))).resolves.toBeTruthy()
  await webhooks.publishKey(signer.kid, false)
  await expect(verify(await forged({ signer }))).rejects.toThrow(errors.JWKSNoMatchingKey)
  await expect(forged({ signer: { kid: 'no such key' } })).rejects.toThrow(/no such key/)
})

test('any private key signs, and can be shown in the header', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), kty: 'EC', alg: 'ES256' as const }
  const token = await forged({ signer: { jwk }, header: { jwk: await exportJWK(publicKey), kid: null } })
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT', jwk: await exportJWK(publicKey) })
  await expect(jwtVerify(token, publicKey)).resolves.toBeTruthy()
  await expect(verify(token)).rejects.toThrow()
})

test('every claim and every header can be another, or none', async () => {
  const honest = decodeJwt(await forged({}))
  for (const name of Object.keys(honest)) {
    expect(decodeJwt(await forged({ claims: { [name]: 'other' } }))[name]).toBe('other')
    expect(decodeJwt(await forged({ claims: { [name]: null } }))).not.toHaveProperty(name)
  }
  for (const name of ['alg', 'kid', 'typ']) {
    expect(decodeProtectedHeader(await forged({ header: { [name]: 'other' } }))).toHaveProperty(name, 'other')
    expect(decodeProtectedHeader(await forged({ header: { [name]: null } }))).not.toHaveProperty(name)
  }
})

test('a token can be old, or of the future', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const { iat = 0, nbf = 0, exp = 0 } = decodeJwt(await forged({ age: 3_600 }))
  expect([Math.round((now - iat) / 60), iat - nbf, exp - iat]).toEqual([60, 60, 120])
  await expect(verify(await forged({ age: 3_600 }))).rejects.toThrow(errors.JWTExpired)
  await expect(verify(await forged({ age: -3_600 }))).rejects.toThrow(errors.JWTClaimValidationFailed)
})

test('headers can be others or none, and the body another than was signed', async () => {
  const headers = { Authorization: 'Bearer x', 'webhook-id': 'other', 'content-digest': null }
  const signed = await simulator.control.webhooks.sign({ url }, { headers, sentBody: '{"tampered":true}' })
  expect(signed.headers).toMatchObject({ authorization: 'Bearer x', 'webhook-id': 'other' })
  expect(signed.headers).not.toHaveProperty('content-digest')
  expect(signed.body).toBe('{"tampered":true}')
})

test('a forged delivery can be sent as well', async () => {
  const receiver = await startWebhookReceiver()
  const order = { url: receiver.url.href }
  await simulator.control.webhooks.send(order, { forgery: { claims: { c1typ: 'other' }, sentBody: 'x' } })
  await receiver.stop()
  const [received] = receiver.received
  const token = (received?.headers.authorization ?? '').replace('bearer ', '')
  expect([decodeJwt(token).c1typ, received?.body]).toEqual(['other', 'x'])
})
