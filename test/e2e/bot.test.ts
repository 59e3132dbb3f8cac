import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stage, startStage } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'

const BOT = fileURLToPath(new URL('../../docs/examples/bot.ts', import.meta.url).href)
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())

/** Runs the example as it stands in the documentation. */
async function bot(VAULTS_KEY: string) {
  const env = { ...process.env, VAULTS_URL: stage.worker.url.origin, VAULTS_KEY }
  return promisify(execFile)(process.execPath, [BOT], { env })
}

test('the example of a bot prints the id of the vault that it made, and of the same one when it runs again', async () => {
  const [first, again] = [await bot(KEYS.runbook), await bot(KEYS.runbook)]
  const [vault, ...others] = await stage.simulator.control.vaults()
  expect(vault).toMatchObject({ displayName: 'Payroll break-glass' })
  expect([first.stdout, again.stdout, others]).toEqual([`${vault?.id}\n`, `${vault?.id}\n`, []])
})

test('the example of a bot prints what is wrong and what to do', async () => {
  const { stdout, stderr } = await bot(KEYS.reader)
  expect(stdout).toBe('')
  expect(stderr).toContain('This key lacks the scope "create"; it has read.')
})
