import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultAt, openapi, type Part } from '../support/openapi.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const EXPRESSION = '{$request.body#/callbackUrl}'
const PLACE = ['paths', '/v1/vaults', 'post', 'callbacks', 'result', EXPRESSION, 'post']
const { parameters } = openapi.paths['/v1/vaults'].post.callbacks.result[EXPRESSION].post

let receiver: Receiver
let stage: Stage

beforeAll(async () => {
  receiver = await startReceiver()
  stage = await startStage({
    CALLBACK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    POLICY: JSON.stringify({ allowedCallbackHosts: [receiver.host] }),
  })
})
afterAll(async () => {
  await stage.stop()
  await receiver.stop()
})

test.each([
  ['created', undefined],
  ['failed', 'bad-request'],
  ['unknown', 'gateway-timeout'],
] as const)('what a callback is told of a request that is %s is described', async (status, fault) => {
  if (fault) await stage.simulator.control.fault('create', fault)
  const path = `/${status}`
  await stage.worker.create({
    name: unique('Told'),
    owners: ['owner@example.com'],
    callbackUrl: `https://${receiver.host}${path}`,
  })
  await expect.poll(() => receiver.at(path), { timeout: 40_000 }).toHaveLength(1)
  const [told] = receiver.at(path)
  const body = JSON.parse(told?.body ?? '')
  expect(body.type).toBe(`vault.${status}`)
  expect(faultAt([...PLACE, 'requestBody', 'content', 'application/json', 'schema'], body)).toBeUndefined()
  for (const [index, { name }] of parameters.entries() as ArrayIterator<[number, Part]>)
    expect(
      faultAt([...PLACE, 'parameters', String(index), 'schema'], told?.headers[name]),
      name,
    ).toBeUndefined()
})
