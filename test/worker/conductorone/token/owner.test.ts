import { expect, test } from 'vitest'
import { tokenOwner } from '../../../../src/conductorone/token/owner.ts'
import { deploymentOf } from '../../../../src/deployment.ts'
import { SealedToken } from '../../../../src/lib/sealed-token.ts'
import { Secret } from '../../../../src/lib/secret.ts'
import { world } from '../../../../src/lib/world.ts'
import { bindings, stageTenant, worker } from '../../stage.ts'

const { sentTo } = stageTenant()
const { config } = deploymentOf(bindings)
const sealed = () =>
  new SealedToken(bindings.TOKEN_CACHE, tokenOwner(config.baseUrl, config.credentials), world)

test('keeps a token in KV until it ends, sealed', async () => {
  const value = 'token-that-nobody-may-read'
  const expiresAt = Date.now() + 3_600_000
  await sealed().write({ value: new Secret(value), issuedAt: Date.now(), expiresAt })
  const { keys } = await bindings.TOKEN_CACHE.list()
  expect(keys).toEqual([
    { name: expect.stringMatching(/^token\/[0-9a-f]{64}$/), expiration: expect.any(Number) },
  ])
  expect(Math.abs(Number(keys[0]?.expiration) - expiresAt / 1_000)).toBeLessThanOrEqual(2)
  expect(await bindings.TOKEN_CACHE.get(keys[0]?.name ?? '')).not.toContain('token-that')
  const read = await sealed().read()
  expect([read?.value.reveal(), read?.expiresAt]).toEqual([value, expiresAt])
})

test('can keep a token that ends sooner than KV knows', async () => {
  const expiresAt = Date.now() + 5_000
  await sealed().write({ value: new Secret('short'), issuedAt: Date.now(), expiresAt })
  expect((await sealed().read())?.value.reveal()).toBe('short')
})

test('takes another entry, of whatever kind, for none', async () => {
  const { keys } = await bindings.TOKEN_CACHE.list()
  await bindings.TOKEN_CACHE.put(keys[0]?.name ?? '', 'not sealed')
  expect(await sealed().read()).toBeUndefined()
})

test('saves another isolate the exchange', async () => {
  const value = new Secret('from-another-isolate')
  await sealed().write({ value, issuedAt: Date.now(), expiresAt: Date.now() + 3_600_000 })
  expect((await worker.fetch('https://vaults.example/readyz')).status).toBe(200)
  expect(sentTo('token')).toEqual([])
})
