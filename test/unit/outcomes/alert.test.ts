import { expect, test } from 'vitest'
import { Secret } from '../../../src/lib/secret.ts'
import { alertOperators, alertText, staysUnknown } from '../../../src/outcomes/alert.ts'
import { rememberConsoleAddress } from '../../../src/outcomes/console-address.ts'
import { TestWorld } from '../world.ts'

const ADDRESS = 'https://hooks.example.com/services/T0/secret-part'
const config = { alertWebhook: new Secret(ADDRESS) }

function memory(): Pick<KVNamespace, 'get' | 'put'> & { readonly puts: number } {
  const values = new Map<string, string>()
  let puts = 0
  const kv = {
    get puts() {
      return puts
    },
    get: async (key: string) => values.get(key) ?? null,
    put: async (key: string, value: string) => {
      puts++
      values.set(key, value)
    },
  }
  // only the plain forms of both are used
  return kv as unknown as Pick<KVNamespace, 'get' | 'put'> & { readonly puts: number }
}

test('an alert is one JSON text with the request and the console, once an operator has been there', async () => {
  const kv = memory()
  const world = new TestWorld(new Response(null, { status: 200 }))
  const alert = staysUnknown('req_01m8ct22rv5gfrp5skfjzb1r')
  await alertOperators(alert, config, kv, world)
  await rememberConsoleAddress(kv, 'https://vaults.example/readyz?x=1')
  await rememberConsoleAddress(kv, 'https://vaults.example/v1/caller')
  expect(await alertOperators(alert, config, kv, world)).toEqual({ kind: 'delivered' })
  const [before, after] = world.sent.map(({ init }) => JSON.parse(String(init.body)))
  expect([kv.puts, world.sent[1]?.url, world.sent[1]?.init.method]).toEqual([1, ADDRESS, 'POST'])
  expect(Object.keys(after)).toEqual(['text'])
  expect(after.text).toMatch(
    /settle the request\. Request: req_01m8ct22rv5gfrp5skfjzb1r\. https:\/\/vaults\.example\/console$/,
  )
  expect(before.text).not.toContain('http')
})

test('without an address nothing is sent', async () => {
  const world = new TestWorld()
  const none = { alertWebhook: undefined }
  expect(await alertOperators(staysUnknown('req_1'), none, memory(), world)).toBeUndefined()
  expect(world.sent).toEqual([])
})

test('if KV does not answer, the alert goes out without the console', async () => {
  const kv = { get: async () => Promise.reject(new Error('KV is away')) } as unknown as KVNamespace
  const world = new TestWorld(new Response(null, { status: 500 }))
  const alert = alertOperators(staysUnknown('req_1'), config, kv, world)
  expect(await alert).toMatchObject({ kind: 'again' })
})

test('of many requests the first few are named, and how many more there are', () => {
  const requests = Array.from({ length: 12 }, (_, index) => `req_${index}`)
  expect(alertText({ text: 'Look.', requests }, undefined)).toBe(
    'ConductorOne vaults: Look. Requests: req_0, req_1, req_2, req_3, req_4 and 7 more.',
  )
})
