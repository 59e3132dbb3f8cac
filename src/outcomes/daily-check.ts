import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import { AlertWebhook } from '../config/alert-webhook.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { SHARDS } from '../ledger/request-id.ts'
import { ledgerOf } from '../ledger/shards.ts'
import { hex, sha256 } from '../lib/encoding.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { type Alert, alertOperators } from './alert.ts'
import { CHECKS, type CheckResult, runCheck } from './checkup.ts'
import { dayAt } from './day.ts'
import {
  batchesOf,
  compareDays,
  findGone,
  listOwnerless,
  listOwners,
  lostOwners,
  recall,
  remember,
} from './ownerless.ts'

const STEP = {
  retries: { limit: 5, delay: '10 seconds', backoff: 'exponential' },
  timeout: '2 minutes',
} as const
/** The shard that remembers what was reported. */
const MEMORY_SHARD = '0'

const MAX_LOGGED_COUNT = 20

/** A step with generic results: the platform's own type has none, and ours are plain data. */
type Steps = { do<T>(name: string, config: typeof STEP, work: () => Promise<T>): Promise<T> }

/**
 * Checks the deployment once a day and tells `ALERT_WEBHOOK` what it finds, each finding once a day. A credential that
 * ends soon is told 14, 7 and 1 days before.
 */
export class DailyCheck extends WorkflowEntrypoint<Bindings> {
  override async run(event: Readonly<WorkflowEvent<unknown>>, step: WorkflowStep): Promise<void> {
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
      if (isNew) await this.#tellOrLog(report.key, report, steps)
    }
    await this.#checkOwners(dayOf(event), steps)
  }

  /** Looks for vaults that have lost their last known owner, and tells of those that had lost it a day ago already. */
  async #checkOwners(day: string, steps: Steps): Promise<void> {
    const owners = new Set<string>()
    for (const shard of SHARDS) {
      const list = () => listOwners(ledgerOf(this.env, shard))
      for (const id of await steps.do(`list owners in shard ${shard}`, STEP, list)) owners.add(id)
    }
    const gone = new Set<string>()
    let isComplete = true
    for (const [index, batch] of batchesOf([...owners]).entries()) {
      const find = () => findGone(batch, deploymentOf(this.env).tenant, world)
      const found = await steps.do(`look up owners ${index + 1}`, STEP, find).catch(() => undefined)
      for (const id of found ?? []) gone.add(id)
      isComplete &&= found !== undefined
    }
    const ownerless: string[] = []
    for (const shard of gone.size > 0 ? SHARDS : []) {
      const list = () => listOwnerless(ledgerOf(this.env, shard), gone)
      ownerless.push(...(await steps.do(`list ownerless vaults in shard ${shard}`, STEP, list)))
    }
    await this.#reportOwnerless(day, ownerless, isComplete, steps)
  }

  async #reportOwnerless(day: string, ownerless: string[], isComplete: boolean, steps: Steps): Promise<void> {
    log(ownerless.length === 0 ? 'info' : 'warn', 'owners.checked', {
      requests: ownerless.slice(0, MAX_LOGGED_COUNT),
      isComplete,
    })
    const kv = this.env.TOKEN_CACHE
    const yesterday = await steps.do('recall yesterday', STEP, () => recall(kv, day))
    const { fresh, memory } = compareDays(ownerless, yesterday, isComplete)
    const isTold = fresh.length === 0 || (await this.#tellOrLog('ownerless', lostOwners(fresh), steps))
    const kept = isTold ? memory : { ...memory, reported: yesterday.reported }
    await steps.do('remember today', STEP, () => remember(kv, day, kept))
  }

  /** Tells operators, and says whether they were told; what can't be told keeps nothing else from being told. */
  async #tellOrLog(name: string, alert: Alert, steps: Steps): Promise<boolean> {
    try {
      return await steps.do(`tell ${name}`, STEP, () => this.#tell(alert))
    } catch {
      log('warn', 'alert.not_delivered', { check: name })
      return false
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

  async #tell(alert: Alert): Promise<boolean> {
    const { config } = deploymentOf(this.env)
    const result = await alertOperators(alert, config, this.env.TOKEN_CACHE, world)
    // fails the step, so that the platform repeats it later
    if (result?.kind === 'again') throw new Error('the alert was not taken')
    return result?.kind !== 'refused'
  }
}

/**
 * Starts the check of a day, at most once however often the platform fires its timer.
 *
 * @param scheduledTime epoch milliseconds
 */
export async function startDailyCheck({ DAILY_CHECK }: Bindings, scheduledTime: number): Promise<void> {
  if (!DAILY_CHECK) return
  const id = `check-${dayAt(scheduledTime)}`
  try {
    await DAILY_CHECK.create({ id })
  } catch (error) {
    const isStarted = error instanceof Error && error.message.includes('instance.already_exists')
    if (!isStarted) log('error', 'check.not_started', {})
  }
}

/** Says on which day a check belongs; one that was started by hand belongs on the day on which it was. */
function dayOf({ instanceId, timestamp }: Readonly<WorkflowEvent<unknown>>): string {
  const [, day] = /^check-(\d{4}-\d{2}-\d{2})$/.exec(instanceId) ?? []
  return day ?? dayAt(timestamp.getTime())
}
