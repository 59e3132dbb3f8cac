import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { type Answer, send } from '../support/tenant-client.ts'

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']
let simulator: Simulator
let url: URL

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [] })
  url = new URL('/auth/v1/jwks', simulator.url)
})
afterAll(() => simulator.stop())
beforeEach(() => simulator.control.reset())

async function publishedKids(): Promise<(string | undefined)[]> {
  // An answer without keys fails the test as well.
  return ((await send(url)).json as JSONWebKeySet).keys.map(({ kid }) => kid)
}

test('publishes the public half of the key that signs, to anybody', async () => {
  const answer = await send(url)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
  const [key] = await simulator.control.webhooks.keys()
  expect(answer.json).toEqual({
    keys: [{ kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: key?.kid, alg: 'RS256', use: 'sig' }],
  })
})

test('no private half is published or shown, whatever the algorithm', async () => {
  const { webhooks } = simulator.control
  for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) await webhooks.rotateKey(algorithm)
  const shown = [...((await send(url)).json as JSONWebKeySet).keys, ...(await webhooks.keys())]
  expect(shown).toHaveLength(8)
  const names = JSON.stringify(shown).match(/"\w+":/g) ?? []
  expect(names.filter((name) => PRIVATE.includes(name.slice(1, -2)))).toEqual([])
})

test('makes one key however many ask for the first', async () => {
  const kids = await Promise.all(Array.from({ length: 20 }, publishedKids))
  expect(new Set(kids.flat()).size).toBe(1)
})

test('a new key signs at once, and the old one stays published until it is removed', async () => {
  const { webhooks } = simulator.control
  const [old] = await publishedKids()
  const fresh = await webhooks.rotateKey('ES256')
  expect(await publishedKids()).toEqual([fresh.kid, old])
  await webhooks.publishKey(old ?? '', false)
  expect(await publishedKids()).toEqual([fresh.kid])
  expect((await webhooks.keys()).map(({ kid, published }) => [kid, published])).toEqual([
    [old, false],
    [fresh.kid, true],
  ])
  await expect(webhooks.publishKey('no such key', true)).rejects.toThrow(/no key/)
})

test('a new key can take the place of the old one, or sign before it is published', async () => {
  const { webhooks } = simulator.control
  const second = await webhooks.rotateKey('EdDSA', { old: 'remove' })
  expect(await publishedKids()).toEqual([second.kid])
  const third = await webhooks.rotateKey('EdDSA', { published: false })
  expect(await publishedKids()).toEqual([second.kid])
  const { headers } = await webhooks.sign({ url: 'https://vaults.example.com/' })
  const token = (headers.authorization ?? '').replace('bearer ', '')
  const verify = async () => jwtVerify(token, createLocalJWKSet((await send(url)).json as JSONWebKeySet))
  await expect(verify()).rejects.toThrow(/no applicable key/)
  await webhooks.publishKey(third.kid, true)
  expect((await verify()).protectedHeader.kid).toBe(third.kid)
})

test('a reset makes another key', async () => {
  const before = await publishedKids()
  await simulator.control.reset()
  expect(await publishedKids()).not.toEqual(before)
})

test('each time it is fetched is in the journal', async () => {
  await send(url)
  await send(url, { headers: { 'user-agent': 'a-verifier/1' } })
  expect(await simulator.control.journal()).toMatchObject([
    { step: 'jwks', method: 'GET', path: '/auth/v1/jwks', body: null, status: 200 },
    { step: 'jwks', headers: { 'user-agent': 'a-verifier/1' }, status: 200 },
  ])
})

test('fails, sends elsewhere, or shows the web app on request', async () => {
  const { control } = simulator
  await control.fault('jwks', 'internal')
  await control.fault('jwks', { kind: 'redirect', location: 'https://evil.example.com/jwks' })
  await control.fault('jwks', 'html')
  await control.fault('jwks', { kind: 'answer', status: 200, body: '{"keys":[]}' })
  const answers: Answer[] = []
  for (let number = 0; number < 5; number += 1) answers.push(await send(url))
  expect(answers.map(({ status }) => status)).toEqual([500, 307, 200, 200, 200])
  expect(answers[1]?.headers.get('location')).toBe('https://evil.example.com/jwks')
  expect(answers[2]?.text).toContain('<!doctype html>')
  expect(answers[3]?.json).toEqual({ keys: [] })
  expect(answers[4]?.json).toHaveProperty('keys.0.kid')
})

test('is late on request', async () => {
  await simulator.control.fault('jwks', { kind: 'delay', ms: 1_000 })
  const order: string[] = []
  const late = send(url).then(({ status }) => order.push(`late ${status}`))
  await expect.poll(() => simulator.control.faults()).toEqual([])
  await send(url).then(({ status }) => order.push(`next ${status}`))
  await late
  expect(order).toEqual(['next 200', 'late 200'])
})

test('is huge on request, with good keys in it, or never ends', async () => {
  await simulator.control.fault('jwks', { kind: 'huge', characters: 1_000_000 })
  await simulator.control.fault('jwks', 'endless')
  const huge = await send(url)
  expect(huge.text.length).toBeGreaterThan(1_000_000)
  expect(huge.json).toHaveProperty('keys.0.kid')
  const endless = await fetch(url)
  let received = 0
  for await (const chunk of endless.body ?? []) {
    received += chunk.byteLength
    if (received > 100_000) break
  }
  expect(received).toBeGreaterThan(100_000)
})
