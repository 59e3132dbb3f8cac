import { beforeEach, expect, test, vi } from 'vitest'
import {
  type ProvisionParameters,
  startWorkflow,
  workflowHealth,
} from '../../../src/ledger/start-workflow.ts'
import { entryOf } from '../samples.ts'

beforeEach(() => {
  for (const method of ['error', 'warn'] as const) vi.spyOn(console, method).mockReturnValue()
})

function workflowThat(create: () => Promise<unknown>) {
  const started: unknown[] = []
  const workflow = {
    create: (options: unknown) => {
      started.push(options)
      return create()
    },
  }
  return { started, workflow: workflow as unknown as Workflow<ProvisionParameters> } // the one method that is used
}

test('starts each Workflow of a request under an id of its own, which no other request shares', async () => {
  const { started, workflow } = workflowThat(async () => ({}))
  const entry = await entryOf({}, { run: 3 })
  expect(await startWorkflow(workflow, entry)).toBe(true)
  expect(started).toEqual([
    {
      id: `${entry.id}-3`,
      params: { id: entry.id, run: 3 },
      retention: { successRetention: '3 days', errorRetention: '7 days' },
    },
  ])
})

test('tells a Workflow how long its first attempt has to wait', async () => {
  const { started, workflow } = workflowThat(async () => ({}))
  await startWorkflow(workflow, await entryOf(), 60)
  expect(started).toMatchObject([{ params: { run: 1, retryAfter: 60 } }])
})

test.each([
  [new Error('(instance.already_exists) Workflow instance already exists'), true],
  [new Error('(instance.rate_limited)'), false],
  ['instance.already_exists', false],
])('where the platform says %s, it runs: %s', async (error, runs) => {
  const { workflow } = workflowThat(() => Promise.reject(error))
  expect(await startWorkflow(workflow, await entryOf())).toBe(runs)
})

function workflowIn(get: () => Promise<unknown>): Workflow<ProvisionParameters> {
  return { get } as unknown as Workflow<ProvisionParameters> // the one method that is used
}

test.each([
  ['queued', 'held'],
  ['running', 'alive'],
  ['waiting', 'alive'],
  ['paused', 'held'],
  ['complete', 'complete'],
  ['errored', 'dead'],
  ['terminated', 'dead'],
  ['unknown', 'dead'],
])('a Workflow that is %s is %s', async (status, health) => {
  const workflow = workflowIn(async () => ({ status: async () => ({ status }) }))
  expect(await workflowHealth(workflow, await entryOf())).toBe(health)
})

test.each([
  [new Error('(instance.not_found) Instance does not exist'), 'dead'],
  [new Error('(instance.rate_limited)'), undefined],
])('if the platform says %s, it is %s', async (error, health) => {
  expect(
    await workflowHealth(
      workflowIn(() => Promise.reject(error)),
      await entryOf(),
    ),
  ).toBe(health)
})
