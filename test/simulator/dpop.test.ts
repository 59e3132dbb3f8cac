import { generateKeyPair } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewCredential } from '../support/credential.ts'
import { newProofKey, type ProofChanges, type ProofKey, signedProof, tokenHash } from '../support/proof.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type Answer, assertionForm, send, signedAssertion, tenantClient } from '../support/tenant-client.ts'

const HOST = '127.0.0.1'
const INTROSPECT = '/api/v1/auth/introspect'
let simulator: Simulator
let credential: NewCredential
let plain: NewCredential
let key: ProofKey
let otherKey: ProofKey
let tokenUrl: URL

beforeAll(async () => {
  credential = await newCredential(HOST, { requireDpop: true })
  plain = await newCredential(HOST, { name: 'plain-otter-2' })
  simulator = await startSimulator({ credentials: [credential.credential, plain.credential] })
  key = await newProofKey()
  otherKey = await newProofKey()
  tokenUrl = new URL('/auth/v1/token', simulator.url)
})
afterAll(() => simulator.stop())
beforeEach(() => simulator.control.reset())

interface Asked extends ProofChanges {
  readonly nonce?: string | undefined
  /** Stands in the header instead of a proof; null leaves it out. */
  readonly proof?: string | null
}

/** Asks for a token, with a proof of possession. */
async function ask({ nonce, proof, ...changes }: Asked = {}, by = credential): Promise<Answer> {
  const form = assertionForm(by.clientId, await signedAssertion(by, HOST))
  const proven = { method: 'POST', url: tokenUrl, ...(nonce !== undefined && { nonce }) }
  const header = proof === undefined ? await signedProof(key, proven, changes) : proof
  const headers = header === null ? {} : { dpop: header }
  return send(tokenUrl, { method: 'POST', headers, body: new URLSearchParams(form) })
}

async function newToken(): Promise<string> {
  return Object((await ask()).json).access_token
}

interface Called extends Asked {
  readonly scheme?: string
  readonly method?: string
  readonly path?: string
  /** Whose possession the proof proves. */
  readonly with?: ProofKey
}

/** Calls the API, with a proof of possession. */
async function call(
  token: string,
  {
    nonce,
    proof,
    scheme = 'DPoP',
    method = 'GET',
    path = INTROSPECT,
    with: by = key,
    ...changes
  }: Called = {},
): Promise<Answer> {
  const url = new URL(path, simulator.url)
  const proven = { method, url, token, ...(nonce !== undefined && { nonce }) }
  const header = proof === undefined ? await signedProof(by, proven, changes) : proof
  const headers = { authorization: `${scheme} ${token}`, ...(header !== null && { dpop: header }) }
  return send(url, { method, headers })
}

function nonceOf({ headers }: Answer): string {
  return headers.get('dpop-nonce') ?? ''
}

function now(): number {
  return Math.floor(Date.now() / 1_000)
}

function expectRefusedByApi(answer: Answer, error: string): void {
  expect(answer.status).toBe(401)
  expect(answer.json).toMatchObject({ code: 16, message: expect.any(String) })
  expect(answer.headers.get('www-authenticate')).toMatch(new RegExp(`^DPoP error="${error}"`))
}

test('issues a token that is bound to the key of the proof', async () => {
  const answer = await ask()
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({ access_token: expect.any(String), token_type: 'DPoP', expires_in: 3600 })
  const token = Object(answer.json).access_token
  expect((await call(token)).json).toMatchObject({ principleId: expect.any(String) })
  expect((await call(token, { scheme: 'dpop' })).status).toBe(200)
  expect((await call(token, { method: 'DELETE', path: '/api/v1/vaults/x' })).status).toBe(404)
})

test('the URL of a proof has neither query nor fragment', async () => {
  const token = await newToken()
  const path = `${INTROSPECT}?a=b`
  expect((await call(token, { path })).status).toBe(200)
  expectRefusedByApi(
    await call(token, { path, claims: { htu: new URL(path, simulator.url).href } }),
    'invalid_dpop_proof',
  )
})

test('a proof names the host of the client id, whichever way the request took', async () => {
  const host = 'acme.conductor.example'
  const named = await newCredential(host, { requireDpop: true })
  const behindProxy = await startSimulator({ credentials: [named.credential] })
  const url = new URL('/auth/v1/token', behindProxy.url)
  const answerFor = async (htu: string) => {
    const dpop = await signedProof(key, { method: 'POST', url }, { claims: { htu } })
    const form = assertionForm(named.clientId, await signedAssertion(named, host))
    return send(url, { method: 'POST', headers: { dpop }, body: new URLSearchParams(form) })
  }
  expect((await answerFor(`https://${host}/auth/v1/token`)).status).toBe(200)
  expect((await answerFor(url.href)).json).toMatchObject({ error: 'invalid_dpop_proof' })
  expect((await answerFor(`http://${host}/auth/v1/token`)).status).toBe(400)
  await behindProxy.stop()
})

/** What is wrong with a proof wherever it is shown, and what is said of it. */
const WRONG: readonly [string, RegExp, () => Asked | Promise<Asked>][] = [
  ['missing', /one DPoP header/, () => ({ proof: null })],
  ['empty', /one DPoP header/, () => ({ proof: '' })],
  ['no JWT', /one DPoP header/, () => ({ proof: 'proof' })],
  ['no JSON', /./, () => ({ proof: 'e30x.e30x.e30x' })],
  ['of another type', /^typ/, () => ({ header: { typ: 'JWT' } })],
  ['of a type in capitals', /^typ/, () => ({ header: { typ: 'DPOP+JWT' } })],
  ['of no type', /^typ/, () => ({ header: { typ: undefined } })],
  ['under the newer name of its algorithm', /^alg/, () => ({ header: { alg: 'Ed25519' } })],
  [
    'under another algorithm',
    /^alg/,
    async () => {
      const { privateKey } = await generateKeyPair('ES256')
      return { header: { alg: 'ES256' }, signer: privateKey }
    },
  ],
  ['without a key', /^jwk/, () => ({ header: { jwk: undefined } })],
  [
    'with a key that is none',
    /key|x/,
    () => ({ header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } } }),
  ],
  ['with a key on another curve', /^jwk.crv/, () => ({ header: { jwk: { ...key.jwk, crv: 'X25519' } } })],
  ['with a private key', /^jwk.d/, () => ({ header: { jwk: { ...key.jwk, d: 'A'.repeat(43) } } })],
  ['signed by another key than it shows', /signature/, () => ({ signer: otherKey.privateKey })],
  ['without an identifier', /^jti/, () => ({ claims: { jti: undefined } })],
  ['with an empty identifier', /^jti/, () => ({ claims: { jti: '' } })],
  ['with an identifier longer than 1,024 bytes', /^jti/, () => ({ claims: { jti: 'é'.repeat(513) } })],
  ['for another method', /^htm/, () => ({ claims: { htm: 'PUT' } })],
  ['for a method in small letters', /^htm/, () => ({ claims: { htm: 'post' } })],
  ['for no method', /^htm/, () => ({ claims: { htm: undefined } })],
  ['for another path', /^htu/, () => ({ claims: { htu: `${simulator.url.origin}/` } })],
  ['for another host', /^htu/, () => ({ claims: { htu: 'https://other.example.com/auth/v1/token' } })],
  ['for a path only', /^htu/, () => ({ claims: { htu: '/auth/v1/token' } })],
  ['for no URL', /^htu/, () => ({ claims: { htu: undefined } })],
  ['of 33 seconds ago', /^iat/, () => ({ claims: { iat: now() - 33 } })],
  ['from 33 seconds ahead', /^iat/, () => ({ claims: { iat: now() + 33 } })],
  ['of no time', /^iat/, () => ({ claims: { iat: undefined } })],
  ['that expired', /exp/, () => ({ claims: { exp: now() - 1 } })],
  ['not yet valid', /nbf/, () => ({ claims: { nbf: now() + 60 } })],
  ['with a nonce that nobody asked for', /^nonce/, () => ({ nonce: 'unasked' })],
  [
    'for a token that it does not come with',
    /^ath/,
    async () => ({ claims: { ath: await tokenHash('another') } }),
  ],
]

test.each(WRONG)('issues no token for a proof that is %s', async (_, why, wrong) => {
  const issued = await simulator.control.tokens()
  const answer = await ask(await wrong())
  expect(answer.status).toBe(400)
  expect(answer.json).toEqual({ error: 'invalid_dpop_proof', error_description: expect.stringMatching(why) })
  expect(await simulator.control.tokens()).toEqual(issued)
})

test.each(WRONG)('answers no call with a proof that is %s', async (_, why, wrong) => {
  const answer = await call(await newToken(), await wrong())
  expectRefusedByApi(answer, 'invalid_dpop_proof')
  expect(answer.json).toMatchObject({ message: expect.stringMatching(why) })
})

test.each([
  ['that is padded', (hash: string) => `${hash}=`],
  ['in hex', (hash: string) => Buffer.from(hash, 'base64url').toString('hex')],
  ['that is missing', () => undefined],
])('answers no call with a hash of the token %s', async (_, change) => {
  const token = await newToken()
  const ath = change(await tokenHash(token))
  expectRefusedByApi(await call(token, { claims: { ath } }), 'invalid_dpop_proof')
})

test('takes the longest identifier, and times up to 30 seconds off', async () => {
  expect((await ask({ claims: { jti: 'j'.repeat(1_024) } })).status).toBe(200)
  expect((await ask({ claims: { iat: now() - 28 } })).status).toBe(200)
  expect((await ask({ claims: { iat: now() + 28 } })).status).toBe(200)
})

test('takes one proof, not two', async () => {
  const proofs = [
    await signedProof(key, { method: 'POST', url: tokenUrl }),
    await signedProof(key, { method: 'POST', url: tokenUrl }),
  ]
  expect((await ask({ proof: proofs.join(', ') })).json).toMatchObject({ error: 'invalid_dpop_proof' })
})

test('takes no proof twice, wherever it was shown first', async () => {
  const first = await signedProof(key, { method: 'POST', url: tokenUrl })
  expect((await ask({ proof: first })).status).toBe(200)
  expect((await ask({ proof: first })).json).toMatchObject({ error: 'invalid_dpop_proof' })

  const token = await newToken()
  const url = new URL(INTROSPECT, simulator.url)
  const proof = await signedProof(key, { method: 'GET', url, token })
  expect((await call(token, { proof })).status).toBe(200)
  expectRefusedByApi(await call(token, { proof }), 'invalid_dpop_proof')

  const jti = crypto.randomUUID()
  expect((await ask({ claims: { jti } })).status).toBe(200)
  expectRefusedByApi(await call(token, { claims: { jti } }), 'invalid_dpop_proof')
})

test('answers no bound token that comes as a Bearer token', async () => {
  const token = await newToken()
  expectRefusedByApi(await call(token, { scheme: 'Bearer' }), 'invalid_token')
  expectRefusedByApi(await call(token, { scheme: 'Bearer', proof: null }), 'invalid_token')
})

test('answers no bound token with a proof by another key', async () => {
  const token = await newToken()
  expectRefusedByApi(await call(token, { with: otherKey }), 'invalid_token')
})

test('answers no bound token that is unknown or revoked', async () => {
  const token = await newToken()
  await simulator.control.revoke()
  expectRefusedByApi(await call(token), 'invalid_token')
  expectRefusedByApi(await call('unknown'), 'invalid_token')
})

test('ignores a proof where none is required', async () => {
  const answer = await ask({ proof: 'nonsense' }, plain)
  expect(answer.json).toMatchObject({ token_type: 'Bearer' })
  const token = Object(answer.json).access_token
  expect((await call(token, { scheme: 'Bearer', proof: 'nonsense' })).status).toBe(200)
  await simulator.control.settings({ dpopNonce: 'required' })
  expect((await call(token, { scheme: 'Bearer', proof: null })).status).toBe(200)
  expectRefusedByApi(await call(token), 'invalid_token')
})

test('has no token for a client that knows nothing of proofs', async () => {
  const client = await tenantClient(simulator.url, credential)
  expect((await client('GET', INTROSPECT)).status).toBe(401)
})

test('says Bearer, and binds nothing, when a test wants that', async () => {
  await simulator.control.settings({ dpopTokenType: 'Bearer' })
  const answer = await ask()
  expect(answer.json).toMatchObject({ token_type: 'Bearer' })
  expect((await call(Object(answer.json).access_token, { scheme: 'Bearer', proof: null })).status).toBe(200)
})

test.each(['required', 'rotating'] as const)(
  'asks both kinds of request for a nonce (%s)',
  async (dpopNonce) => {
    const before = await newToken()
    await simulator.control.settings({ dpopNonce })
    const challenged = await ask()
    expect([challenged.status, challenged.headers.get('cache-control')]).toEqual([400, 'no-store'])
    expect(challenged.json).toEqual({ error: 'use_dpop_nonce', error_description: expect.any(String) })
    expect((await ask({ nonce: nonceOf(challenged) })).json).toMatchObject({ token_type: 'DPoP' })

    const refused = await call(before)
    expectRefusedByApi(refused, 'use_dpop_nonce')
    expect((await call(before, { nonce: nonceOf(refused) })).status).toBe(200)
    expectRefusedByApi(await call(before, { nonce: 'made up' }), 'use_dpop_nonce')
  },
)

test('a required nonce is good until the next is required', async () => {
  await simulator.control.settings({ dpopNonce: 'required' })
  const old = nonceOf(await ask())
  for (let times = 0; times < 3; times++) {
    const answer = await ask({ nonce: old })
    expect([answer.status, answer.headers.has('dpop-nonce')]).toEqual([200, false])
  }
  await simulator.control.settings({ dpopNonce: 'required' })
  const challenged = await ask({ nonce: old })
  expect(challenged.json).toMatchObject({ error: 'use_dpop_nonce' })
  expect(nonceOf(challenged)).not.toBe(old)
})

test('a nonce that rotates is good for one use, and every answer brings the next', async () => {
  await simulator.control.settings({ dpopNonce: 'rotating' })
  const first = nonceOf(await ask())
  const issued = await ask({ nonce: first })
  const token = Object(issued.json).access_token
  const found = await call(token, { nonce: nonceOf(issued) })
  const missing = await call(token, { path: '/api/v1/vaults/x', nonce: nonceOf(found) })
  expect([issued.status, found.status, missing.status]).toEqual([200, 200, 404])
  expect(new Set([first, ...[issued, found, missing].map(nonceOf)]).size).toBe(4)
  for (const spent of [first, nonceOf(issued), nonceOf(found)]) {
    expectRefusedByApi(await call(token, { nonce: spent }), 'use_dpop_nonce')
  }
  expect((await call(token, { nonce: nonceOf(missing) })).status).toBe(200)
})

test('asks for a nonce at one place and refuses it at the other', async () => {
  await simulator.control.settings({ dpopNonce: 'required', dpopNonceAt: 'token' })
  const nonce = nonceOf(await ask())
  const token = Object((await ask({ nonce })).json).access_token
  expectRefusedByApi(await call(token, { nonce }), 'invalid_dpop_proof')
  expect((await call(token)).status).toBe(200)
  await simulator.control.settings({ dpopNonceAt: 'api' })
  expect((await ask()).status).toBe(200)
  expectRefusedByApi(await call(token), 'use_dpop_nonce')
})

test('a proof that met a challenge is spent', async () => {
  await simulator.control.settings({ dpopNonce: 'required' })
  const jti = crypto.randomUUID()
  const nonce = nonceOf(await ask({ claims: { jti } }))
  expect((await ask({ nonce, claims: { jti } })).json).toMatchObject({ error: 'invalid_dpop_proof' })
})

test('journals what a proof says, but not its signature', async () => {
  const asked = await signedProof(key, { method: 'POST', url: tokenUrl })
  const token = Object((await ask({ proof: asked })).json).access_token
  const url = new URL(INTROSPECT, simulator.url)
  const called = await signedProof(key, { method: 'GET', url, token })
  await call(token, { proof: called })
  await call(token, { proof: `${called}, ${asked}` })
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: key.jwk }
  const journal = await simulator.control.journal()
  expect(journal).toMatchObject([
    { step: 'token', proof: { header, payload: { htm: 'POST', htu: tokenUrl.href } } },
    {
      step: 'introspect',
      headers: { authorization: 'DPoP' },
      proof: { header, payload: { htm: 'GET', ath: await tokenHash(token) } },
      status: 200,
    },
    { step: 'introspect', proof: { header: {}, payload: {} }, status: 401 },
  ])
  const written = JSON.stringify(journal)
  for (const proof of [asked, called]) expect(written).not.toContain(proof.split('.')[2])
  expect(written).not.toContain(token)
})

test('a reset forgets proofs, nonces and settings', async () => {
  await simulator.control.settings({ dpopNonce: 'rotating', dpopTokenType: 'Bearer' })
  const jti = crypto.randomUUID()
  await ask({ claims: { jti } })
  await simulator.control.reset()
  expect((await ask({ claims: { jti } })).json).toMatchObject({ token_type: 'DPoP' })
})
