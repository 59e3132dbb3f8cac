import { expect, test } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import type { CreateRecord } from '../../../src/conductorone/tenant.ts'
import type { VaultServiceCreateRequest } from '../../../src/conductorone/wire.ts'
import { provision } from '../../../src/provisioning/provision.ts'
import { orderFor, rejection, vault } from '../samples.ts'
import { TestWorld } from '../world.ts'

const failure = new Error('no')
const call = { deadline: new Deadline(25_000, new TestWorld().now) }

function run(broken?: 'find' | 'connect' | 'note', minOwners = 1) {
  const steps: string[] = []
  const step = async (name: string) => {
    steps.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    if (name === broken) throw failure
    steps.push(`${name} ends`)
  }
  const tenant = {
    connect: () => step('connect'),
    createVault: async (request: VaultServiceCreateRequest, _: unknown, record: CreateRecord) => {
      record.beforeSend()
      await step(`create for ${request.ownerIds}`)
      return vault
    },
  }
  const directory = {
    find: async () => {
      await step('find')
      return [{ input: 'owner@example.com', id: 'u1' }]
    },
  }
  const done = provision({
    order: orderFor(),
    provenance: { id: 'req_1', caller: 'runbook', approvedBy: null },
    tenant,
    directory,
    policy: { minOwners },
    beforeSend: () => {
      if (broken === 'note') throw failure
      steps.push('note')
    },
    beforeWait: () => {},
    call,
  })
  return { steps, done }
}

test('finds owners and a token side by side, notes, and only then sends', async () => {
  const { steps, done } = run()
  expect(await done).toBe(vault)
  expect(steps).toEqual([
    'find begins',
    'connect begins',
    'find ends',
    'connect ends',
    'note',
    'create for u1 begins',
    'create for u1 ends',
  ])
})

test.each(['find', 'connect', 'note'] as const)('sends nothing where "%s" fails', async (broken) => {
  const { steps, done } = run(broken)
  expect(await rejection(done)).toBe(failure)
  expect(steps.filter((step) => step.startsWith('create'))).toEqual([])
})

test('sends nothing for fewer owners than the policy asks for', async () => {
  const { steps, done } = run(undefined, 2)
  expect(await rejection(done)).toMatchObject({
    code: 'policy-violation',
    // a ticket's author reads this, and never a pointer
    message: expect.stringMatching(/^Not allowed: owners must name at least 2 /),
    details: { errors: [{ pointer: '/owners', detail: expect.stringContaining('at least 2') }] },
  })
  expect(steps.filter((step) => step.startsWith('note') || step.startsWith('create'))).toEqual([])
})
