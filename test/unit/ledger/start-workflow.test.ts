import { createHash } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { type ProvisionParameters, startWorkflow } from '../../../src/ledger/start-workflow.ts'
import { entryOf } from '../samples.ts'

beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue())

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

test.each([
  [1, ''],
  [2, '-2'],
])('starts attempt %i under the digest of its key%s', async (attempt, suffix) => {
  const { started, workflow } = workflowThat(async () => ({}))
  const entry = await entryOf({}, { attempt })
  expect(await startWorkflow(workflow, entry)).toBe(true)
  const digest = createHash('sha256').update(String(entry.key)).digest('hex')
  expect(started).toEqual([{ id: `${digest}${suffix}`, params: { id: entry.id } }])
})

test('starts a request without a key under the digest of its id', async () => {
  const { started, workflow } = workflowThat(async () => ({}))
  const entry = await entryOf({}, { key: null })
  await startWorkflow(workflow, entry)
  expect(started).toMatchObject([{ id: createHash('sha256').update(entry.id).digest('hex') }])
})

test.each([
  [new Error('(instance.already_exists) Workflow instance already exists'), true],
  [new Error('(instance.rate_limited)'), false],
  ['instance.already_exists', false],
])('where the platform says %s, it runs: %s', async (error, runs) => {
  const { workflow } = workflowThat(() => Promise.reject(error))
  expect(await startWorkflow(workflow, await entryOf())).toBe(runs)
})
