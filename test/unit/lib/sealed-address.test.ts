import { expect, test } from 'vitest'
import {
  callbackHost,
  openAddress,
  openCallback,
  sealAddress,
  sealCallback,
} from '../../../src/lib/sealed-address.ts'
import { Secret } from '../../../src/lib/secret.ts'
import { TestWorld } from '../world.ts'

const world = new TestWorld()
const secret = new Secret('client secret')
const ADDRESS = 'https://hooks.example.com:8443/vaults?key=0123456789'

test('keeps of a callback address its host only in the clear, and opens the rest', async () => {
  const kept = (await sealCallback(ADDRESS, secret, world)) ?? ''
  expect(kept).not.toContain('0123456789')
  expect(kept).not.toContain('/vaults')
  expect(callbackHost(kept)).toBe('hooks.example.com:8443')
  expect((await openCallback(kept, secret, world))?.href).toBe(ADDRESS)
})

test('keeps nothing of no address', async () => {
  expect(await sealCallback(undefined, secret, world)).toBeUndefined()
})

test('reads what was kept before addresses were sealed', async () => {
  expect(callbackHost(ADDRESS)).toBe('hooks.example.com:8443')
  expect((await openCallback(ADDRESS, secret, world))?.href).toBe(ADDRESS)
})

test('opens an address under its own secret and name only', async () => {
  const sealed = await sealAddress(new URL(ADDRESS), 'slack', secret, world)
  expect((await openAddress(sealed, 'slack', secret, world))?.href).toBe(ADDRESS)
  expect(await openAddress(sealed, 'discord', secret, world)).toBeNull()
  expect(await openAddress(sealed, 'slack', new Secret('another'), world)).toBeNull()
  expect(await openAddress('not sealed', 'slack', secret, world)).toBeNull()
})
