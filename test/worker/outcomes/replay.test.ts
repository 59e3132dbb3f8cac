import { introspectWorkflow } from 'cloudflare:test'
import type { WorkflowStep } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { Provision } from '../../../src/outcomes/workflow.ts'
import { bindings, CALLBACK_URL, claimFor, json, NOT_NOW, stageTenant, travel } from '../stage.ts'

const { script, sentTo } = stageTenant()

class Stopped extends Error {}

/**
 * What the platform keeps of a Workflow, and how it runs one again after a restart: a step's result is known by its
 * name, a sleep by its name and duration.
 */
function engine() {
  const results = new Map<string, unknown>()
  const slept: string[] = []
  /** Makes the steps of one run, which is stopped when it asks for a second sleep that is not over. */
  function steps(): WorkflowStep {
    let hasSlept = false
    const step = {
      async do(name: string, _: unknown, work: () => Promise<unknown>) {
        if (!results.has(name)) results.set(name, await work())
        return structuredClone(results.get(name))
      },
      async sleep(name: string, milliseconds: number) {
        const sleep = `${name}, ${milliseconds} ms`
        if (slept.includes(sleep)) return
        if (hasSlept) throw new Stopped()
        hasSlept = true
        slept.push(sleep)
        travel(milliseconds)
      },
    }
    return step as unknown as WorkflowStep // all that is asked of one
  }
  return { steps, slept, done: () => [...results.keys()] }
}

/** Runs every Workflow of a test in this engine; after each sleep it is run from its beginning, at another time. */
function runIn({ steps }: ReturnType<typeof engine>): void {
  const { run } = Provision.prototype
  vi.spyOn(Provision.prototype, 'run').mockImplementation(async function (this: Provision, event) {
    for (let restarts = 1; restarts < 20; restarts++) {
      try {
        return await run.call(this, event, steps())
      } catch (error) {
        if (!(error instanceof Stopped)) throw error
        travel(restarts * 1_000)
      }
    }
  })
}

test('a Workflow that retries after the ledger waits as long as ConductorOne asks for, once for each attempt', async () => {
  const machine = engine()
  runIn(machine)
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  script.users = [NOT_NOW, NOT_NOW, ...script.users]
  travel(0) // the clock stands still but for the waits
  const { claim, ledger } = await claimFor({ background: true })
  await ledger.submit(claim)
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(1))
  for (const instance of await workflows.get()) await instance.waitForStatus('complete')
  const waits = [1, 2].map((attempt) => `provision: wait ${attempt}, 1000000 ms`)
  expect(machine.slept).toEqual(waits)
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'created', attempt: 3 })
  expect(sentTo('users')).toHaveLength(3)
})

test('a vault that was made at once is told in two steps, as operating.md says', async () => {
  const machine = engine()
  runIn(machine)
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  const fields = { credentialTtl: '30d', callbackUrl: CALLBACK_URL }
  const { claim, ledger } = await claimFor({ background: true, fields })
  await ledger.submit(claim)
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(1))
  for (const instance of await workflows.get()) await instance.waitForStatus('complete')
  expect(machine.done()).toEqual(['provision 1', 'tell hooks.example.com 1'])
})

test('a search that is stopped again and again looks six times, waits once for each, and is told once', async () => {
  const machine = engine()
  runIn(machine)
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  script.create = [json({}, 500)]
  const { claim, ledger } = await claimFor({ fields: { callbackUrl: CALLBACK_URL } })
  await ledger.submit(claim)
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(1))
  for (const instance of await workflows.get()) await instance.waitForStatus('complete')

  expect(machine.slept.map((sleep) => sleep.split(':')[0])).toEqual(
    [1, 2, 3, 4, 5, 6].map((look) => `look ${look}`),
  )
  expect(sentTo('events')).toHaveLength(6)
  expect(sentTo('callback').map(({ body }) => Object(body).type)).toEqual(['vault.unknown'])
  expect(sentTo('alert')).toHaveLength(1)
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'unknown', nextAttemptAt: null })
  expect((await ledger.readDetails(claim.id))?.told).toEqual([
    { to: 'hooks.example.com', at: expect.any(String), error: null },
  ])
})
