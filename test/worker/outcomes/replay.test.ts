import { introspectWorkflow } from 'cloudflare:test'
import type { WorkflowStep } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { Provision } from '../../../src/outcomes/workflow.ts'
import { bindings, CALLBACK_URL, claimFor, json, stageTenant, travel } from '../stage.ts'

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
  return { steps, slept }
}

test('a search that is stopped again and again looks six times, waits once for each, and is told once', async () => {
  const { steps, slept } = engine()
  const { run } = Provision.prototype
  vi.spyOn(Provision.prototype, 'run').mockImplementation(async function (this: Provision, event) {
    // after each sleep it is run from its beginning, at another time
    for (let restarts = 1; restarts < 20; restarts++) {
      try {
        return await run.call(this, event, steps())
      } catch (error) {
        if (!(error instanceof Stopped)) throw error
        travel(restarts * 1_000)
      }
    }
  })
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  script.create = [json({}, 500)]
  const { claim, ledger } = await claimFor({ fields: { callbackUrl: CALLBACK_URL } })
  await ledger.submit(claim)
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(1))
  for (const instance of await workflows.get()) await instance.waitForStatus('complete')

  expect(slept.map((sleep) => sleep.split(':')[0])).toEqual([1, 2, 3, 4, 5, 6].map((look) => `look ${look}`))
  expect(sentTo('events')).toHaveLength(6)
  expect(sentTo('callback').map(({ body }) => Object(body).type)).toEqual(['vault.unknown'])
  expect(sentTo('alert')).toHaveLength(1)
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'unknown', nextAttemptAt: null })
  expect((await ledger.readDetails(claim.id))?.told).toEqual([
    { to: 'hooks.example.com', at: expect.any(String), error: null },
  ])
})
