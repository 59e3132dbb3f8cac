import { compactVerify, errors, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { verifyDelivery } from '../../../src/conductorone/delivery-token.ts'
import { KeySet } from '../../../src/conductorone/key-set.ts'
import { bytesOf, sha256 } from '../../../src/encoding.ts'
import { failureFrom } from '../samples.ts'
import { json, NOON, type Step, TestWorld } from '../world.ts'

const BASE = new URL('https://acme.conductor.one')
const MINUTE = 60_000

beforeEach(() => {
  for (const method of ['log', 'warn'] as const) vi.spyOn(console, method).mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function newKey(kid: string, alg = 'EdDSA') {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg }
  const header = { alg, kid }
  const token = await new SignJWT({}).setProtectedHeader(header).sign(privateKey)
  return { jwk, alg, kid, privateKey, token }
}

function setOf(...script: readonly Step[]) {
  const world = new TestWorld(...script)
  const keys = new KeySet(BASE, world)
  const verified = async (token: string) => {
    try {
      await compactVerify(token, keys.find, { algorithms: ['RS256', 'ES256', 'EdDSA'] })
      return true
    } catch (error) {
      if (error instanceof errors.JOSEError) return false
      throw error
    }
  }
  return { world, keys, verified }
}

describe('the keys of a tenant', () => {
  // the examples of RFC 7515, appendices A.2 and A.3, and RFC 8037, appendix A.4
  test.each([
    [
      'RS256',
      {
        kty: 'RSA',
        n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
        e: 'AQAB',
      },
      'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
    ],
    [
      'ES256',
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
    ],
    [
      'EdDSA',
      { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    ],
  ])('%s: the published example is taken, and one bit of it turned is not', async (_, jwk, token) => {
    const { verified } = setOf(json({ keys: [jwk] }))
    expect(await verified(token)).toBe(true)
    expect(await verified(token.replace(/.(?=.$)/, (one) => (one === 'A' ? 'B' : 'A')))).toBe(false)
  })

  test('are fetched once, however many deliveries there are', async () => {
    const { jwk, token } = await newKey('k1')
    const { verified, world } = setOf(json({ keys: [jwk] }))
    expect(await Promise.all(Array.from({ length: 20 }, () => verified(token)))).not.toContain(false)
    expect(await verified(token)).toBe(true)
    expect(world.sent.map(({ url }) => url)).toEqual(['https://acme.conductor.one/auth/v1/jwks'])
  })

  test('are fetched again for one that is not known yet', async () => {
    const [old, fresh] = [await newKey('k1'), await newKey('k2', 'ES256')]
    const { verified, world } = setOf(json({ keys: [old.jwk] }), json({ keys: [old.jwk, fresh.jwk] }))
    expect([await verified(old.token), await verified(fresh.token), await verified(old.token)]).toEqual([
      true,
      true,
      true,
    ])
    expect(world.sent).toHaveLength(2)
  })

  test('are fetched six times a minute at most, whatever key ids people send', async () => {
    const [known, stranger] = [await newKey('k1'), await newKey('evil')]
    const { verified, world } = setOf(json({ keys: [known.jwk] }))
    for (let times = 0; times < 50; times++) expect(await verified(stranger.token)).toBe(false)
    expect(world.sent).toHaveLength(6)
    expect(await verified(known.token)).toBe(true)
    world.pass(MINUTE)
    expect(await verified(stranger.token)).toBe(false)
    expect(world.sent).toHaveLength(7)
  })

  test('are not fetched for a token that no key could prove', async () => {
    const { verified, world } = setOf(json({ keys: [] }))
    const hmac = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
    expect([await verified(hmac), await verified(none)]).toEqual([false, false])
    expect(world.sent).toEqual([])
  })

  test('are fetched anew after an hour, so that one that was taken back is good no longer', async () => {
    const { jwk, token } = await newKey('k1')
    const { verified, world } = setOf(json({ keys: [jwk] }), json({ keys: [] }))
    expect(await verified(token)).toBe(true)
    world.pass(60 * MINUTE)
    expect(await verified(token)).toBe(true)
    world.pass(1)
    expect(await verified(token)).toBe(false)
  })

  test('stay what they were while new ones cannot be had', async () => {
    const { jwk, token } = await newKey('k1')
    const { verified, world } = setOf(
      json({ keys: [jwk] }),
      json({}, 503),
      new TypeError('cut'),
      json({ keys: 1 }),
    )
    expect(await verified(token)).toBe(true)
    for (let hours = 0; hours < 3; hours++) {
      world.pass(61 * MINUTE)
      expect(await verified(token)).toBe(true)
    }
    expect(world.sent).toHaveLength(4)
  })

  test('that were never there are no reason to call a delivery forged', async () => {
    const { token } = await newKey('k1')
    const { keys } = setOf(json({}, 503))
    const delivery = { authorization: `bearer ${token}`, method: 'POST', url: BASE, body: bytesOf('') }
    expect(await failureFrom(verifyDelivery(delivery, 'acme.conductor.one', keys, NOON))).toMatchObject({
      kind: 'unavailable',
    })
  })
})

describe('a delivery', () => {
  const url = new URL('https://vaults.example.com/webhooks/conductorone?from=c1')
  const body = '{"version":"v1"}'
  const now = NOON / 1_000

  async function proven(changes: Readonly<Record<string, unknown>> = {}, sent: object = {}) {
    const { jwk, alg, kid, privateKey } = await newKey('k1')
    const digest = Buffer.from(await sha256(body)).toString('base64')
    const claims = {
      iss: 'acme.conductor.one',
      aud: 'vaults.example.com',
      c1typ: 'wh',
      htm: 'POST',
      htu: 'https://vaults.example.com/webhooks/conductorone',
      htb_s256: digest,
      iat: now,
      nbf: now - 60,
      exp: now + 120,
      jti: '2fCjnQxpBRyaQQgPO3rW6EWNdld',
      ...changes,
    }
    const token = await new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey)
    const delivery = { authorization: `bearer ${token}`, method: 'POST', url, body: bytesOf(body), ...sent }
    return verifyDelivery(delivery, 'acme.conductor.one', setOf(json({ keys: [jwk] })).keys, NOON)
  }

  test('is proven by a token for it alone, until the token and the difference of clocks have ended', async () => {
    expect(await proven()).toEqual({ jti: '2fCjnQxpBRyaQQgPO3rW6EWNdld', until: (now + 150) * 1_000 })
    expect(await proven({ aud: ['other.example.com', 'vaults.example.com'] })).toBeDefined()
  })

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['another issuer', { iss: 'evil.conductor.one' }],
    ['the issuer as an address', { iss: 'https://acme.conductor.one' }],
    ['another audience', { aud: 'vaults.example.com.evil.example' }],
    ['a token of another kind', { c1typ: 'at' }],
    ['another method', { htm: 'PUT' }],
    ['the method in lower case', { htm: 'post' }],
    ['the address with its query', { htu: url.href }],
    ['another path', { htu: 'https://vaults.example.com/webhooks/conductorone/' }],
    ['another body', { htb_s256: Buffer.from(new Uint8Array(32)).toString('base64') }],
    ['the digest as base64url', { htb_s256: 'DRegyCd8AOBSLUkb6dmjWLmmFq4OsZwgl3B4wPqYxN8' }],
    ['an end half a minute ago', { exp: now - 30 }],
    ['a beginning in more than half a minute', { nbf: now + 31 }],
    ['a signing in more than half a minute', { iat: now + 31 }],
    ['a life of more than five minutes', { exp: now + 301 }],
    ['a time as text', { iat: String(now) }],
    ['no end', { exp: undefined }],
    ['no id', { jti: '' }],
    ['an endless id', { jti: 'x'.repeat(1_025) }],
  ])('with %s is not proven', async (_, changes) => {
    expect(await proven(changes)).toBeUndefined()
  })

  test.each<[string, object]>([
    ['a body with one byte more', { body: bytesOf(`${body} `) }],
    ['another method', { method: 'PUT' }],
    ['another host', { url: new URL('https://elsewhere.example.com/webhooks/conductorone') }],
    ['no token', { authorization: undefined }],
    ['another scheme', { authorization: 'basic x.y.z' }],
  ])('sent with %s is not proven', async (_, sent) => {
    expect(await proven({}, sent)).toBeUndefined()
  })
})
