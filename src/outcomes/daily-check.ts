import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import { AlertWebhook } from '../config/alert-webhook.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { ledgerOf } from '../ledger/shards.ts'
import { hex, sha256 } from '../lib/encoding.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { type Alert, alertOperators } from './alert.ts'
import { CHECKS, type CheckResult, runCheck } from './checkup.ts'

const STEP = {
  retries: { limit: 5, delay: '10 seconds', backoff: 'exponential' },
  timeout: '2 minutes',
} as const
/** The shard that remembers what was reported. */
const MEMORY_SHARD = '0'

/** A step with generic results: the platform's own type has none, and ours are plain data. */
type Steps = { do<T>(name: string, config: typeof STEP, work: () => Promise<T>): Promise<T> }

/**
 * Checks the deployment once a day and tells `ALERT_WEBHOOK` what it finds, each finding once a day. A credential that
 * ends soon is told 14, 7 and 1 days before.
 */
export class DailyCheck extends WorkflowEntrypoint<Bindings> {
  override async run(_: Readonly<WorkflowEvent<unknown>>, step: WorkflowStep): Promise<void> {
    const steps = step as unknown as Steps // see Steps
    if (!(await steps.do('read configuration', STEP, () => this.#isConfigured()))) return
    const results: CheckResult[] = []
    for (const name of Object.keys(CHECKS))
      results.push(...(await steps.do(`check ${name}`, STEP, () => runCheck(name, this.env))))
    const faults = results.filter(({ ok }) => !ok).map(({ name }) => name)
    log(faults.length === 0 ? 'info' : 'warn', 'check.done', { faults })
    for (const { report } of results) {
      if (!report) continue
      const isNew = await steps.do(`remember ${report.key}`, STEP, () =>
        this.#isNew(report.key, report.forgetAt),
      )
      if (isNew) await steps.do(`tell ${report.key}`, STEP, () => this.#tell(report))
    }
  }

  /** Tells of a wrong configuration by itself: with one, nothing else works, not even the memory of what was told. */
  async #isConfigured(): Promise<boolean> {
    try {
      deploymentOf(this.env)
      return true
    } catch {
      const alertWebhook = AlertWebhook.safeParse(this.env.ALERT_WEBHOOK).data
      const text = 'The configuration is wrong, so no vault can be made. The log has every fault in one line.'
      await alertOperators({ text, requests: [] }, { alertWebhook }, this.env.TOKEN_CACHE, world)
      return false
    }
  }

  async #isNew(key: string, forgetAt: number): Promise<boolean> {
    const digest = hex(await sha256(`report/${key}`))
    return ledgerOf(this.env, MEMORY_SHARD).once(digest, forgetAt)
  }

  async #tell(alert: Alert): Promise<void> {
    const { config } = deploymentOf(this.env)
    const result = await alertOperators(alert, config, this.env.TOKEN_CACHE, world)
    // fails the step, so that the platform repeats it later
    if (result?.kind === 'again') throw new Error('the alert was not taken')
  }
}

/**
 * Starts the check of a day, at most once however often the platform fires its timer.
 *
 * @param scheduledTime epoch milliseconds
 */
export async function startDailyCheck({ DAILY_CHECK }: Bindings, scheduledTime: number): Promise<void> {
  if (!DAILY_CHECK) return
  const id = `check-${new Date(scheduledTime).toISOString().slice(0, 10)}`
  try {
    await DAILY_CHECK.create({ id })
  } catch (error) {
    const isStarted = error instanceof Error && error.message.includes('instance.already_exists')
    if (!isStarted) log('error', 'check.not_started', {})
  }
}
