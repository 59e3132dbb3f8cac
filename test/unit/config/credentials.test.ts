import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientId, ClientSecret } from '../../../src/config/credentials.ts'
import { CLIENT_SECRET, JWK, secretOf } from '../samples.ts'

function messageOf(secret: unknown): string {
  const { error } = ClientSecret.safeParse(secret)
  return error?.issues.map(({ message }) => message).join('; ') ?? ''
}

test.each([
  ['swift-otter-19384@acme.conductor.one/spc', 'acme.conductor.one'],
  ['swift-otter-19384@acme.c1eu.ai/pcc', 'acme.c1eu.ai'],
  ['a@Acme.Conductor.One/wfe', 'acme.conductor.one'],
  ['a@127.0.0.1:8788/spc', '127.0.0.1:8788'],
])('reads the tenant from the client id %j', (clientId, host) => {
  expect(ClientId.parse(clientId)).toEqual({ clientId: clientId.trim(), host })
})

test.each([
  '',
  'acme.conductor.one',
  'a@acme.conductor.one',
  'a@/spc',
  '@acme.conductor.one/spc',
  'a@b@c/spc',
  'a@acme.conductor.one/spc/x',
  'a@acme.conductor.one:port/spc',
  'a@https://acme.conductor.one/spc',
  'a b@c.d/spc',
  '  a@acme.conductor.one/spc\n',
  'a@acme.conductor.one/',
  undefined,
  7,
])('takes %j for no client id', (clientId) => {
  expect(ClientId.safeParse(clientId).success).toBe(false)
})

const UNREADABLE = /^holds no key that can be read; copy it whole$/

test('reads the private key from a client secret', () => {
  const { clientSecret, privateKey } = ClientSecret.parse(CLIENT_SECRET)
  expect(clientSecret.reveal()).toBe(CLIENT_SECRET)
  expect(privateKey).toEqual(JWK)
})

test.each([
  ['is missing', undefined, /^is missing/],
  ['has a line break at its end', `${CLIENT_SECRET}\n`, /^has white space or a line break at its ends/],
  ['has a blank before it', ` ${CLIENT_SECRET}`, /^has white space or a line break at its ends/],
  ['is empty', '', /^does not begin with secret-token:conductorone.com:v1:/],
  ['lacks its prefix', CLIENT_SECRET.slice(34), /^does not begin with/],
  ['is of another version', CLIENT_SECRET.replace(':v1:', ':v2:'), /^does not begin with/],
  ['is cut off', CLIENT_SECRET.slice(0, -9), UNREADABLE],
  ['is prefix only', 'secret-token:conductorone.com:v1:', UNREADABLE],
  [
    'holds an RSA key',
    secretOf({ ...JWK, kty: 'RSA' }),
    /^holds a key that is not an Ed25519 key \(`kty` must be "OKP"\)$/,
  ],
  [
    'holds another curve',
    secretOf({ ...JWK, crv: 'X25519' }),
    /^holds a key on another curve than Ed25519 \(`crv`\)$/,
  ],
  ['holds the public half', secretOf({ ...JWK, d: undefined }), /^holds a public key only/],
  [
    'holds a short private half',
    secretOf({ ...JWK, d: JWK.d.slice(1) }),
    /private half `d` is not 32 bytes$/,
  ],
  ['holds a long public half', secretOf({ ...JWK, x: `${JWK.x}A` }), /public half `x` is not 32 bytes$/],
  ['holds no public half', secretOf({ ...JWK, x: undefined }), /public half `x` is missing$/],
  ['holds a text', secretOf('key'), UNREADABLE],
  ['holds nothing', secretOf(null), UNREADABLE],
  ['names its key with a number', secretOf({ ...JWK, kid: 7 }), /^holds a key whose name `kid` is not text$/],
])('refuses a client secret that %s', (_, secret, message) => {
  expect(messageOf(secret)).toMatch(message)
})

test('repeats no part of a client secret that it refuses', () => {
  const secretText = fc.stringMatching(/^[A-Za-z0-9_-]{8,60}$/)
  const faulty = fc.oneof(
    secretText,
    secretText.map((text) => `secret-token:conductorone.com:v1:${text}`),
    fc
      .record(
        { kty: secretText, crv: secretText, x: secretText, d: secretText, kid: secretText },
        { requiredKeys: [] },
      )
      .map(secretOf),
    fc
      .constantFrom('kty', 'crv', 'x', 'd')
      .chain((part) => secretText.map((text) => secretOf({ ...JWK, [part]: text }))),
  )
  fc.assert(
    fc.property(faulty, (secret) => {
      const message = messageOf(secret)
      fc.pre(message !== '')
      const body = secret.split(':').at(-1) ?? ''
      const parts = Object.values(Object(read(body))).filter((part) => typeof part === 'string')
      for (const part of [body, ...parts]) if (part.length >= 8) expect(message).not.toContain(part)
    }),
  )
})

function read(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString())
  } catch {
    return {}
  }
}
