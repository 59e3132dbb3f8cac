import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { type Alarm, aliasDueAt, dueAt, workflowCheckAt } from './alarm.ts'
import { deleteAlias, dueAliases, putAlias } from './aliases.ts'
import { type Entry, isUnderWay } from './entry.ts'
import type { Runner } from './runner.ts'
import { ledgerOf } from './shards.ts'
import type { Store } from './store.ts'
import { oldestInRegister, pruneRegister, registerVault } from './vault-rows.ts'
import type { Workflows } from './workflows.ts'

/** Entries that one alarm deals with; the next alarm deals with more. */
const MAX_ENTRIES_PER_ALARM = 500
/** How soon an alarm that failed comes again. */
const ALARM_RETRY_MS = 30_000
const MS_PER_DAY = 24 * 3_600_000

/** Does what is due in one shard when its alarm goes off. */
export class Upkeep {
  readonly #env: Bindings
  readonly #sql: SqlStorage
  readonly #store: Store
  readonly #alarm: Alarm
  readonly #workflows: Workflows
  readonly #runner: Runner

  constructor(
    env: Bindings,
    sql: SqlStorage,
    store: Store,
    alarm: Alarm,
    workflows: Workflows,
    runner: Runner,
  ) {
    this.#env = env
    this.#sql = sql
    this.#store = store
    this.#alarm = alarm
    this.#workflows = workflows
    this.#runner = runner
  }

  /** Ends attempts that were cut off, starts Workflows that were not started, and deletes old requests. */
  async run(): Promise<void> {
    this.#alarm.clear()
    // the platform repeats an alarm that throws a few times and then never again
    let hasFailed = false
    const fail = (error: unknown, request?: string) => {
      hasFailed = true
      log('error', 'alarm.failed', { request, message: error instanceof Error ? error.message : undefined })
    }
    let next: number | undefined
    try {
      // a request that can't be looked after must not keep the others waiting
      for (const { id } of this.#store.due(MAX_ENTRIES_PER_ALARM))
        await this.#lookAfter(id).catch((error: unknown) => fail(error, id))
      await this.#sweepAliases()
      pruneRegister(this.#sql, world.now() - this.#registerDays() * MS_PER_DAY)
      next = earliest(this.#store.nextDue(), this.#registerDueAt())
    } catch (error) {
      fail(error)
    }
    if (hasFailed) next = world.now() + ALARM_RETRY_MS
    if (next !== undefined) await this.#alarm.wakeAt(next)
  }

  async #lookAfter(id: string): Promise<void> {
    // read again: while a Workflow was started, another claim may have taken a failed one's place
    const entry = this.#runner.expireIfOverdue(this.#store.get(id))
    if (!entry || (dueAt(entry) ?? Number.POSITIVE_INFINITY) > world.now()) return
    if (entry.workflow === 'due') {
      // an attempt that still runs starts it at its end, if anything remains
      if (!this.#runner.isRunning(id)) await this.#workflows.start(entry)
    } else if ((workflowCheckAt(entry) ?? Number.POSITIVE_INFINITY) <= world.now())
      await this.#workflows.check(entry)
    else if (!isUnderWay(entry)) this.#archive(entry)
  }

  /** Deletes a request that has ended; the register keeps its vault. */
  #archive(entry: Entry): void {
    if (this.#registerDays() > 0) registerVault(this.#sql, entry)
    this.#store.delete(entry.id)
  }

  /** For how many days the register keeps a vault. */
  #registerDays(): number {
    return deploymentOf(this.#env).config.registerDays
  }

  #registerDueAt(): number | undefined {
    const oldest = oldestInRegister(this.#sql)
    return oldest === undefined ? undefined : oldest + this.#registerDays() * MS_PER_DAY
  }

  /** Deletes aliases of requests that are not kept any more. */
  async #sweepAliases(): Promise<void> {
    for (const alias of dueAliases(this.#sql, world.now(), MAX_ENTRIES_PER_ALARM)) {
      const known = await ledgerOf(this.#env, alias.target.slice(0, 1)).resolveKey(alias.target)
      if (known === null) deleteAlias(this.#sql, alias.key)
      else putAlias(this.#sql, alias, aliasDueAt(world.now()))
    }
  }
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
