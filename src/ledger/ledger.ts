import { DurableObject } from 'cloudflare:workers'
import { Deadline } from '../conductorone/deadline.ts'
import { ConductorOneFailure } from '../conductorone/failure.ts'
import { Lanes } from '../conductorone/lanes.ts'
import { problemFrom } from '../conductorone/problem.ts'
import type { Call } from '../conductorone/tenant.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { Problem } from '../problem/problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import { provision } from '../provisioning/provision.ts'
import { Alarm } from './alarm.ts'
import type { Asker, Claim, Refusal } from './claim.ts'
import { dueAt, overdueAt } from './due.ts'
import { type Entry, isUnderWay, type RequestRecord, recordOf } from './entry.ts'
import { type Progress, progressOf, type Reply, type Settled, type Settlement, SOON } from './replies.ts'
import { accept, verdict } from './state.ts'
import { type Filter, Store } from './store.ts'
import { unknownOutcome } from './unanswered.ts'
import { startWorkflow } from './workflow-instance.ts'

/** Milliseconds for one try while somebody waits for the answer. */
const FOREGROUND = 25_000
/** Milliseconds for one try in the background, where patience means fewer unknown outcomes. */
const BACKGROUND = 120_000
/** Entries that one alarm deals with; more are left to the next one. */
const SWEEP = 500
/** Calls that one object may have on their way at once, as the platform has it. */
const CONNECTIONS = 6

const EXPIRY_NOT_SET =
  'The vault exists, but the expiry of its credentials could not be set for hours. Set it in ConductorOne.'

/**
 * One shard of the ledger: it claims a request, does it and records the outcome, so that all three are one actor. A
 * request is on disk as `creating` before a byte of it leaves; whatever kills this object leaves that behind, and
 * nobody sends it a second time.
 */
export class Ledger extends DurableObject<Bindings> {
  readonly #store: Store
  readonly #running = new Map<string, Promise<Entry>>()
  readonly #alarm: Alarm
  readonly #lanes = new Lanes(CONNECTIONS)

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env)
    this.#store = new Store(context.storage.sql, world.now)
    this.#alarm = new Alarm(context.storage, world.now)
    void context.blockConcurrencyWhile(() => this.#alarm.remember())
  }

  /** Does what a claim asks for, unless it was done already, is being done, or its key belongs to something else. */
  async submit(claim: Claim): Promise<Reply> {
    const known = this.#current(this.#store.underKey(claim.key))
    const decision = verdict(known, claim)
    // every decision but these two is about an entry that is there
    if (decision === 'new' || decision === 'again' || !known) return this.#begin(claim, known)
    const record = recordOf(known)
    switch (decision) {
      case 'replay':
        return { kind: 'ended', record, replayed: true }
      case 'running':
        return { kind: 'running', record, retryAfter: SOON }
      case 'reused':
        return { kind: 'reused', record }
    }
  }

  /** Tries a request that a Workflow looks after; safe to repeat. */
  async run(id: string): Promise<Progress> {
    // between the last look and the next try nothing else can begin one
    for (let running = this.#running.get(id); running; running = this.#running.get(id)) await running
    const entry = this.#current(this.#store.get(id))
    if (entry?.status !== 'accepted') return progressOf(entry)
    const call = this.#call(BACKGROUND)
    const started = this.#store.advance(id, { type: 'started', deadline: call.deadline.at })
    return progressOf(await this.#try(started, call))
  }

  /** Ends what was tried long enough: nothing was created, or the expiry is for a person to set. */
  async giveUp(id: string): Promise<Progress> {
    const entry = this.#current(this.#store.get(id))
    if (entry?.status === 'accepted') return progressOf(this.#store.advance(id, { type: 'abandoned' }))
    if (entry?.status === 'created' && entry.expiry === 'pending')
      return progressOf(this.#store.advance(id, { type: 'expiry-refused', note: EXPIRY_NOT_SET }))
    return progressOf(entry)
  }

  /** Sets the expiry of a vault's credentials where that is still to be done; safe to repeat. */
  async finishExpiry(id: string): Promise<Progress> {
    const entry = this.#store.get(id)
    if (entry?.status !== 'created' || entry.expiry !== 'pending') return progressOf(entry)
    const after = await this.#setExpiry(entry, this.#call(BACKGROUND))
    return after.expiry === 'pending' ? { kind: 'again', retryAfter: SOON } : progressOf(after)
  }

  /** Adds a warning to a request's record. */
  async note(id: string, note: string): Promise<void> {
    if (this.#store.get(id)) this.#store.advance(id, { type: 'noted', note })
  }

  /** @returns the record of a request, or null */
  async read(id: string): Promise<RequestRecord | null> {
    const entry = this.#current(this.#store.get(id))
    return entry ? recordOf(entry) : null
  }

  /** @returns the ids of this shard's requests that match, newest first */
  async list(filter: Filter): Promise<string[]> {
    return this.#store.list(filter)
  }

  /** @returns the records of those requests that are there */
  async readAll(ids: readonly string[]): Promise<RequestRecord[]> {
    const entries = ids.map((id) => this.#current(this.#store.get(id)))
    return entries.filter((entry) => entry !== undefined).map(recordOf)
  }

  /** @returns whether one of this asker's requests in this shard made the vault */
  async madeVault(vaultId: string, asker: Asker): Promise<boolean> {
    return this.#store.madeVault(vaultId, asker)
  }

  /** @returns whether this is the first time that a token is shown which is good once, until that time */
  async once(digest: string, until: number): Promise<boolean> {
    return this.#store.once(digest, until)
  }

  /** Settles an unknown outcome; a vault that is named must be there. */
  async settle(id: string, { vaultId, by }: Settlement): Promise<Settled> {
    let vault = null
    if (vaultId !== null) {
      try {
        vault = await deploymentOf(this.env).tenant.getVault(vaultId, this.#call(FOREGROUND))
      } catch (error) {
        return { kind: 'vault-not-read', problem: problemFrom(error, id, 'read').document(id) }
      }
    }
    const entry = this.#current(this.#store.get(id))
    if (!entry) return { kind: 'gone' }
    if (entry.status !== 'unknown') return { kind: 'not-unknown', record: recordOf(entry) }
    const settled = this.#store.advance(id, { type: 'settled', vault, by })
    log('info', 'request.settled', { request: id, status: settled.status, by })
    this.#follow(settled)
    return { kind: 'settled', record: recordOf(settled) }
  }

  /** Looks after what nobody else does: tries that were cut off, Workflows that were not started, old requests. */
  override async alarm(): Promise<void> {
    this.#alarm.spent()
    for (const { id } of this.#store.due(SWEEP)) {
      // read again: while a Workflow was started, another claim may have taken a failed one's place
      const entry = this.#store.get(id)
      if (!entry || (dueAt(entry) ?? Number.POSITIVE_INFINITY) > world.now()) continue
      if (entry.workflow === 'due' && entry.status !== 'creating') await this.#startWorkflow(entry)
      else if (isUnderWay(entry)) this.#current(entry)
      else this.#store.delete(entry.id)
    }
    const next = this.#store.nextDue()
    if (next !== undefined) await this.#alarm.wakeAt(next)
  }

  async #begin(claim: Claim, failed: Entry | undefined): Promise<Reply> {
    if (claim.background || claim.refusal) return this.#hand(claim, failed)
    const call = this.#call(FOREGROUND, claim.traceparent)
    const entry = accept(claim, failed, world.now(), call.deadline.at)
    this.#store.put(entry)
    return { kind: 'ended', record: recordOf(await this.#try(entry, call)), replayed: false }
  }

  /** What nobody waits for is handed to a Workflow: all of the work, or the news that it cannot be done. */
  async #hand(claim: Claim, failed: Entry | undefined): Promise<Reply> {
    const entry = accept(claim, failed, world.now())
    this.#store.put(entry)
    if (claim.refusal)
      return { kind: 'ended', record: recordOf(this.#refuse(entry, claim.refusal)), replayed: false }
    await this.#startWorkflow(entry)
    return { kind: 'accepted', record: recordOf(entry) }
  }

  #refuse({ id, source, caller }: Entry, { code, detail, errors }: Refusal): Entry {
    const problem = new Problem(code, detail, { errors }).document(id)
    const failed = this.#store.advance(id, { type: 'failed', problem })
    log('warn', 'request.refused', { request: id, caller, source, problem: code })
    this.#follow(failed)
    return failed
  }

  #try(entry: Entry, call: Call): Promise<Entry> {
    const outcome = this.#perform(entry, call).finally(() => this.#running.delete(entry.id))
    this.#running.set(entry.id, outcome)
    return outcome
  }

  async #perform(entry: Entry, call: Call): Promise<Entry> {
    const { id, order } = entry
    const start = world.now()
    await this.#watch(entry)
    const ended = await this.#outcome(entry, call)
    log(ended.status === 'created' ? 'info' : 'warn', `request.${ended.status}`, {
      request: id,
      caller: entry.caller,
      source: entry.source,
      attempt: entry.attempt,
      duration: world.now() - start,
      vault: ended.vault?.id,
      problem: ended.problem?.code,
      upstream: ended.problem?.upstream?.status,
    })
    const finished =
      order.ttlSeconds !== undefined && ended.status === 'created'
        ? await this.#setExpiry(ended, call)
        : ended
    this.#follow(finished)
    return finished
  }

  async #outcome(entry: Entry, call: Call): Promise<Entry> {
    let vault: Awaited<ReturnType<typeof provision>>
    try {
      const sending = (owners: readonly FoundOwner[]) => this.#sending(entry.id, owners)
      vault = await provision(entry.order, entry, deploymentOf(this.env), sending, call)
    } catch (error) {
      return this.#notCreated(entry.id, error)
    }
    // outside the try: whatever fails from here on must not be told as if there were no vault
    return this.#store.advance(entry.id, { type: 'created', vault })
  }

  /** The output gate would hold the request back until the row is on disk; this says so, and fails if it is not. */
  async #sending(id: string, owners: readonly FoundOwner[]): Promise<void> {
    this.#store.advance(id, { type: 'sending', owners })
    await this.ctx.storage.sync()
  }

  #notCreated(id: string, error: unknown): Entry {
    const entry = this.#store.get(id)
    if (!entry) throw error
    const problem = problemFrom(error, id)
    const surprise = !(error instanceof Problem || error instanceof ConductorOneFailure)
    if (problem.code === 'outcome-unknown' || (surprise && entry.status === 'creating'))
      return this.#store.advance(id, { type: 'lost', problem: unknownOutcome(entry, problem) })
    if (problem.code === 'conductorone-unavailable' && entry.workflow !== 'none')
      return this.#store.advance(id, { type: 'postponed', problem: problem.document(id) })
    return this.#store.advance(id, { type: 'failed', problem: problem.document(id) })
  }

  async #setExpiry(entry: Entry, call: Call): Promise<Entry> {
    const { id, vault, order } = entry
    if (!vault || order.ttlSeconds === undefined) return entry
    try {
      const updated = await deploymentOf(this.env).tenant.setCredentialExpiration(
        vault.id,
        order.ttlSeconds,
        call,
      )
      return this.#store.advance(id, { type: 'expiry-set', vault: updated })
    } catch (error) {
      const problem = problemFrom(error, id)
      log('warn', 'expiry.not_set', {
        request: id,
        vault: vault.id,
        problem: problem.code,
        upstream: problem.details.upstream?.status,
      })
      if (problem.code !== 'rejected-by-conductorone') return entry
      const note = `The vault exists, but ConductorOne refused the expiry of its credentials: ${problem.details.upstream?.message ?? `HTTP ${problem.details.upstream?.status}`}. Set it in ConductorOne.`
      return this.#store.advance(id, { type: 'expiry-refused', note })
    }
  }

  #call(budget: number, traceparent?: string): Call {
    return { deadline: new Deadline(budget, world.now), traceparent, lanes: this.#lanes }
  }

  /** @returns the entry as it is now that time has passed and this object may have been restarted in the middle */
  #current(entry: Entry | undefined): Entry | undefined {
    if (!entry || !isUnderWay(entry) || this.#running.has(entry.id)) return entry
    if (world.now() < overdueAt(entry)) return entry
    const after = this.#store.advance(entry.id, { type: 'overdue' })
    log('error', `request.${after.status}`, {
      request: entry.id,
      caller: entry.caller,
      source: entry.source,
      cutOff: true,
    })
    this.#follow(after)
    return after
  }

  /** What is left to do must not keep the answer waiting. */
  #follow(entry: Entry): void {
    const left = entry.workflow === 'due' ? this.#startWorkflow(entry) : this.#watch(entry)
    if (left) this.ctx.waitUntil(left)
  }

  async #startWorkflow(entry: Entry): Promise<void> {
    await this.#watch(entry)
    if (!(await startWorkflow(this.env.PROVISION, entry))) return
    if (this.#store.get(entry.id)?.attempt === entry.attempt)
      this.#store.advance(entry.id, { type: 'workflow-started' })
  }

  #watch(entry: Entry): Promise<void> | undefined {
    const due = dueAt(entry)
    return due === null ? undefined : this.#alarm.wakeAt(due)
  }
}
