import type { Call } from '../conductorone/call.ts'
import { ConductorOneFailure } from '../conductorone/failure.ts'
import { problemFrom } from '../conductorone/problem.ts'
import type { Vault } from '../conductorone/wire.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { Problem } from '../problem/problem.ts'
import { provision } from '../provisioning/provision.ts'
import { type Alarm, overdueAt } from './alarm.ts'
import type { Refusal } from './claim.ts'
import { type Entry, isUnderWay } from './entry.ts'
import { unknownOutcome } from './outcome-problems.ts'
import { boundRefusal } from './refusal.ts'
import type { Store } from './store.ts'
import type { Workflows } from './workflows.ts'

/** Runs the attempts at the requests of one shard, and records what each comes to. */
export class Runner {
  readonly #env: Bindings
  readonly #store: Store
  readonly #alarm: Alarm
  readonly #workflows: Workflows
  readonly #running = new Map<string, Promise<Entry>>()

  constructor(env: Bindings, store: Store, alarm: Alarm, workflows: Workflows) {
    this.#env = env
    this.#store = store
    this.#alarm = alarm
    this.#workflows = workflows
  }

  /** Makes one attempt at a request; {@link Runner.waitFor} waits for it. */
  attempt(entry: Entry, call: Call): Promise<Entry> {
    const running = this.#provision(entry, call).finally(() => {
      this.#running.delete(entry.id)
      this.#store.dropHeld(entry.id)
    })
    this.#running.set(entry.id, running)
    return running
  }

  /** Says whether an attempt at a request runs. */
  isRunning(id: string): boolean {
    return this.#running.has(id)
  }

  /**
   * Waits until no attempt at a request runs. Between that and what its caller does at once, no other can begin one.
   *
   * @returns whether one ran
   */
  async waitFor(id: string): Promise<boolean> {
    const isRunning = this.isRunning(id)
    for (let running = this.#running.get(id); running; running = this.#running.get(id)) await running
    return isRunning
  }

  /** Ends a request that can't be done, and is recorded for its author's sake only. */
  refuse({ id, source, caller }: Entry, refusal: Refusal): Entry {
    const { code, detail, errors } = boundRefusal(refusal)
    const problem = new Problem(code, detail, { errors }).document(id)
    const failed = this.#store.advance(id, { type: 'failed', problem })
    log('warn', 'request.refused', { request: id, caller, source, problem: code })
    this.#workflows.startFollowUp(failed)
    return failed
  }

  /**
   * Ends an attempt that was cut off, since time has passed and this object may have been restarted in the middle.
   *
   * @returns the entry as it is from now on
   */
  expireIfOverdue(entry: Entry | undefined): Entry | undefined {
    if (!entry || !isUnderWay(entry) || this.isRunning(entry.id)) return entry
    if (world.now() < overdueAt(entry)) return entry
    const expired = this.#store.advance(entry.id, { type: 'overdue', isSearchOn: this.#isSearchOn() })
    log('error', `request.${expired.status}`, {
      request: entry.id,
      caller: entry.caller,
      source: entry.source,
      cutOff: true,
    })
    this.#workflows.startFollowUp(expired)
    return expired
  }

  /** Makes the vault, records and logs the outcome, and starts what remains to be done. */
  async #provision(entry: Entry, call: Call): Promise<Entry> {
    const startedAt = world.now()
    await this.#alarm.wakeFor(entry)
    const ended = await this.#createVault(entry, call).then(
      (vault) => {
        // before it is stored: on a runtime update the storage may be gone by now, and then this id settles the request
        logOutcome(startedAt, { ...entry, status: 'created', vault })
        return this.#store.advance(entry.id, { type: 'created', vault })
      },
      // not `catch`: if storing the vault fails, that must not be told as if there were none
      (error: unknown) => {
        const failed = this.#recordFailure(entry.id, error)
        logOutcome(startedAt, failed)
        return failed
      },
    )
    const finished =
      ended.status === 'created' && ended.expiry === 'pending' ? await this.setExpiry(ended, call) : ended
    this.#workflows.startFollowUp(finished)
    return finished
  }

  async #createVault(entry: Entry, call: Call): Promise<Vault> {
    const { tenant, directory, config } = deploymentOf(this.#env)
    const isReady = call.lanes?.hasFree() && tenant.isConnected() && directory.knows(entry.order.owners)
    // what is ready is written for the first time as it is sent, a moment from now
    if (!isReady) this.#store.writeHeld(entry.id)
    return provision({
      order: entry.order,
      provenance: entry,
      tenant,
      directory,
      policy: config.policy,
      call: { ...call, request: entry.id },
      // the platform holds the request back until the row is on disk, and never sends it if that fails
      beforeSend: (owners) => {
        const { policy, slackToken } = config
        const ownersToTell = policy.tellOwners && slackToken ? owners.map(({ id }) => id) : []
        this.#store.advance(entry.id, { type: 'sending', owners, ownersToTell })
      },
      beforeWait: () => {
        if (this.#store.get(entry.id)?.status === 'creating')
          this.#store.advance(entry.id, { type: 'not-taken' })
      },
    })
  }

  #recordFailure(id: string, error: unknown): Entry {
    const entry = this.#store.get(id)
    if (!entry) throw error
    const problem = problemFrom(error, id)
    const isUnexpected = !(error instanceof Problem || error instanceof ConductorOneFailure)
    if (problem.code === 'outcome-unknown' || (isUnexpected && entry.status === 'creating')) {
      const isSearchOn = this.#isSearchOn()
      const unknown = unknownOutcome(entry, problem, isSearchOn)
      return this.#store.advance(id, { type: 'lost', problem: unknown, isSearchOn })
    }
    if (problem.code === 'conductorone-unavailable' && entry.workflow !== 'none')
      return this.#store.advance(id, { type: 'postponed', problem: problem.document(id) })
    return this.#store.advance(id, { type: 'failed', problem: problem.document(id) })
  }

  /** Sets the expiry of the credentials in a vault that was made. */
  async setExpiry(entry: Entry, call: Call): Promise<Entry> {
    const { id, vault, order } = entry
    if (!vault || order.ttlSeconds === undefined) return entry
    try {
      const { tenant } = deploymentOf(this.#env)
      const updated = await tenant.setCredentialExpiration(vault.id, order.ttlSeconds, call)
      return this.#store.advance(id, { type: 'expiry-set', vault: updated })
    } catch (error) {
      const { code, details } = problemFrom(error, id)
      const { upstream } = details
      log('warn', 'expiry.not_set', {
        request: id,
        vault: vault.id,
        problem: code,
        upstream: upstream?.status,
      })
      if (code !== 'rejected-by-conductorone') return entry
      const reason = upstream?.message ?? `HTTP ${upstream?.status}`
      const note = `The vault exists, but ConductorOne refused the expiry of its credentials: ${reason}. Set it in ConductorOne.`
      return this.#store.advance(id, { type: 'expiry-refused', note })
    }
  }

  /** A deployment that is not configured any more searches for nothing. */
  #isSearchOn(): boolean {
    try {
      return deploymentOf(this.#env).config.systemLog === 'on'
    } catch {
      return false
    }
  }
}

/** Logs how an attempt ended that began at that time, in epoch milliseconds. */
function logOutcome(startedAt: number, { id, caller, source, attempt, status, vault, problem }: Entry): void {
  log(status === 'created' ? 'info' : 'warn', `request.${status}`, {
    request: id,
    caller,
    source,
    attempt,
    duration: world.now() - startedAt,
    vault: vault?.id,
    problem: problem?.code,
    upstream: problem?.upstream?.status,
  })
}
