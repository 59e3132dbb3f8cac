import { DurableObject } from 'cloudflare:workers'
import { Deadline } from '../conductorone/deadline.ts'
import { ConductorOneFailure } from '../conductorone/failure.ts'
import { Lanes } from '../conductorone/lanes.ts'
import { problemFrom } from '../conductorone/problem.ts'
import type { Call } from '../conductorone/tenant.ts'
import type { Vault } from '../conductorone/wire.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { Problem } from '../problem/problem.ts'
import { provision } from '../provisioning/provision.ts'
import { Alarm, aliasDueAt, dueAt, overdueAt, workflowCheckAt } from './alarm.ts'
import type { Claim, Refusal } from './claim.ts'
import {
  detailsOf,
  type Entry,
  isUnderWay,
  type RequestDetails,
  type RequestRecord,
  recordOf,
} from './entry.ts'
import type { Filter } from './filter.ts'
import { migrate } from './migrations.ts'
import { notDeliveredNote, successionNotes, supersededNote, unknownOutcome } from './outcome-problems.ts'
import { boundRefusal } from './refusal.ts'
import type { RegisteredVault, RegisterFilter } from './register.ts'
import {
  type LedgerReply,
  type LookResult,
  POLL_AGAIN_SECONDS,
  type Progress,
  progressOf,
  type Reply,
} from './replies.ts'
import type { Claimant } from './sameness.ts'
import { isSearching } from './search.ts'
import type { SettlementCommand, SettlementResult } from './settlement.ts'
import { Settler } from './settler.ts'
import { ledgerOf } from './shards.ts'
import { type ProvisionParameters, startWorkflow, workflowHealth } from './start-workflow.ts'
import { beginAttempt, decide } from './state.ts'
import { type Alias, type ForgottenCount, type ListedRequest, type StatusCount, Store } from './store.ts'

/** Time for one attempt while a caller waits for the answer. */
const FOREGROUND_DEADLINE_MS = 25_000
/** Time for one attempt in the background, where a longer wait means fewer unknown outcomes. */
const BACKGROUND_DEADLINE_MS = 120_000
/** A Workflow that shows its life more often than this is not written down each time. */
const MIN_SEEN_INTERVAL_MS = 60_000
/** Entries that one alarm deals with; the next alarm deals with more. */
const MAX_ENTRIES_PER_ALARM = 500
/**
 * Calls to ConductorOne that one object makes at once. The platform lets six connections wait for their answer and holds
 * further ones back in silence; the token's exchange and its copy in KV need one each.
 */
const MAX_CALLS_COUNT = 4
/** How soon an alarm that failed comes again. */
const ALARM_RETRY_MS = 30_000
/** For how long a Workflow that ends too early is followed by another to tell an outcome. */
const MAX_TELLING_HOURS = 24

const MS_PER_DAY = 24 * 3_600_000

const EXPIRY_NOT_SET =
  'The vault exists, but the expiry of its credentials could not be set for hours. Set it in ConductorOne.'

/**
 * One shard of the ledger: it claims a request, carries it out and records the outcome, so that all three are one actor.
 * A request is on disk as `creating` before a byte of it leaves. If this object is killed then, that is what it finds
 * when it comes back, and the request is not sent a second time.
 */
export class Ledger extends DurableObject<Bindings> {
  readonly #store: Store
  readonly #running = new Map<string, Promise<Entry>>()
  readonly #alarm: Alarm
  readonly #lanes = new Lanes(MAX_CALLS_COUNT)
  readonly #settler: Settler

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env)
    migrate(context.storage)
    this.#store = new Store(context.storage.sql, world.now)
    this.#alarm = new Alarm(context.storage, world.now)
    this.#settler = new Settler(env, this.#store, {
      newCall: (deadlineMs) => this.#newCall(deadlineMs),
      startFollowUp: (entry) => this.#startFollowUp(entry),
    })
    void context.blockConcurrencyWhile(() => this.#alarm.restore())
  }

  /** Carries a claim out, unless it was carried out before, is under way, or its key belongs to other content. */
  async submit(claim: Claim): Promise<LedgerReply> {
    const known = this.#expireIfOverdue(this.#store.underKey(claim.key))
    if (!known) {
      const target = claim.isTransferable && claim.key ? this.#store.aliasOf(claim.key) : undefined
      return target === undefined ? this.#begin(claim) : { kind: 'moved', key: target }
    }
    switch (decide(known, claim)) {
      case 'retry':
        return this.#begin(claim, known)
      case 'supersede':
        this.#store.advance(known.id, { type: 'noted', note: supersededNote(claim.id) })
        this.#store.releaseKey(known.id)
        return this.#begin(claim)
      case 'succeed': {
        const notes = successionNotes(known, claim.id)
        this.#store.advance(known.id, { type: 'noted', note: notes.former })
        this.#store.releaseKey(known.id)
        return this.#begin(claim, undefined, [notes.next])
      }
      case 'replay':
        return { kind: 'ended', record: recordOf(known), replayed: true }
      case 'wait':
        return { kind: 'running', record: recordOf(known), retryAfter: POLL_AGAIN_SECONDS }
      case 'conflict':
        return { kind: 'reused', record: recordOf(known) }
    }
  }

  /** Makes one attempt at a request that a Workflow looks after; safe to repeat. */
  async run({ id, run }: ProvisionParameters): Promise<Progress> {
    // between the last look and the next attempt no other can begin one
    for (let running = this.#running.get(id); running; running = this.#running.get(id)) await running
    const entry = this.#expireIfOverdue(this.#seen(id, run))
    if (entry?.status !== 'accepted') return progressOf(entry, run)
    const call = this.#newCall(BACKGROUND_DEADLINE_MS)
    const started = this.#store.advance(id, { type: 'started', deadline: call.deadline.at })
    return progressOf(await this.#attempt(started, call), run)
  }

  /** Ends what was retried long enough: nothing was created, or the expiry is for a person to set. */
  async giveUp({ id, run }: ProvisionParameters): Promise<Progress> {
    const entry = this.#expireIfOverdue(this.#seen(id, run))
    if (entry?.status === 'accepted') return progressOf(this.#store.advance(id, { type: 'abandoned' }), run)
    if (entry?.status === 'created' && entry.expiry === 'pending')
      return progressOf(this.#store.advance(id, { type: 'expiry-refused', note: EXPIRY_NOT_SET }), run)
    return progressOf(entry, run)
  }

  /** Sets the expiry of a vault's credentials if that is still to be done; safe to repeat. */
  async finishExpiry({ id, run }: ProvisionParameters): Promise<Progress> {
    const entry = this.#seen(id, run)
    if (entry?.status !== 'created' || entry.expiry !== 'pending') return progressOf(entry, run)
    const after = await this.#setExpiry(entry, this.#newCall(BACKGROUND_DEADLINE_MS))
    return after.expiry === 'pending'
      ? { kind: 'again', retryAfter: POLL_AGAIN_SECONDS }
      : progressOf(after, run)
  }

  /** Looks through ConductorOne's system log for the vault of a request with an unknown outcome. */
  async look({ id, run }: ProvisionParameters): Promise<LookResult> {
    return this.#seen(id, run) ? this.#settler.look(id) : { vaultId: null, isOver: true }
  }

  /** Reads the record that a Workflow tells; null if it is an earlier one's, or the request is not kept any more. */
  async recordFor({ id, run }: ProvisionParameters): Promise<RequestRecord | null> {
    const entry = this.#seen(id, run)
    return entry ? recordOf(entry) : null
  }

  /** Records that a Workflow has done its work, so that it is not asked for any more. */
  async workflowEnded({ id, run }: ProvisionParameters): Promise<void> {
    if (this.#seen(id, run)) this.#store.advance(id, { type: 'workflow-ended' })
  }

  /** Finds the id of the request under a key; null if there is none. */
  async idUnder(key: string): Promise<string | null> {
    return this.#store.underKey(key)?.id ?? null
  }

  /** Says which of these vaults this shard's requests have, other than this one. */
  async vaultsOfOthers(vaultIds: readonly string[], requestId: string): Promise<string[]> {
    return this.#store.vaultsOfOthers(vaultIds, requestId)
  }

  /**
   * Adds a warning that its outcome could not be told.
   *
   * @param whom the receiver, or `requester`
   * @param reason why not
   */
  async noteUntold({ id, run }: ProvisionParameters, whom: string, reason: string): Promise<void> {
    const entry = this.#seen(id, run)
    if (entry) this.#store.advance(id, { type: 'noted', note: notDeliveredNote(entry, whom, reason) })
  }

  /** Adds a warning to a request's record. */
  async note(id: string, note: string): Promise<void> {
    if (this.#store.get(id)) this.#store.advance(id, { type: 'noted', note })
  }

  /** Reads the record of a request; null if there is none. */
  async read(id: string): Promise<RequestRecord | null> {
    const entry = this.#expireIfOverdue(this.#store.get(id))
    return entry ? recordOf(entry) : null
  }

  /** Reads the record of a request with its attempts; null if there is none. */
  async readDetails(id: string): Promise<RequestDetails | null> {
    const entry = this.#expireIfOverdue(this.#store.get(id))
    return entry ? detailsOf(entry) : null
  }

  /** Lists this shard's requests that match, newest first. */
  async list(filter: Filter): Promise<ListedRequest[]> {
    return this.#store.list(filter)
  }

  /** Counts this shard's requests by their status; of one claimant, or of all. */
  async countByStatus(claimant?: Claimant): Promise<StatusCount[]> {
    return this.#store.countByStatus(claimant)
  }

  /** Lists the vaults that this shard's requests made, newest first. */
  async listVaults(filter: RegisterFilter): Promise<RegisteredVault[]> {
    return this.#store.listVaults(filter)
  }

  /** Removes a person's address from this shard's requests that have ended, and from its register. */
  async forgetAddress(email: string): Promise<ForgottenCount> {
    return this.#store.forgetAddress(email)
  }

  /** Finds the key that a ticket's request is kept under: its own, or that of an earlier id; null if there is none. */
  async resolveKey(key: string): Promise<string | null> {
    return this.#store.underKey(key) ? key : (this.#store.aliasOf(key) ?? null)
  }

  /** Lets the key of a ticket that was transferred lead to the one that its request is kept under. */
  async addAlias(alias: Alias): Promise<void> {
    const due = aliasDueAt(world.now())
    this.#store.putAlias(alias, due)
    await this.#alarm.wakeAt(due)
  }

  /** Reads the records of those requests that are there. */
  async readAll(ids: readonly string[]): Promise<RequestRecord[]> {
    const entries = ids.map((id) => this.#expireIfOverdue(this.#store.get(id)))
    return entries.filter((entry) => entry !== undefined).map(recordOf)
  }

  /** Says whether one of this claimant's requests in this shard made the vault. */
  async madeVault(vaultId: string, claimant: Claimant): Promise<boolean> {
    return this.#store.madeVault(vaultId, claimant)
  }

  /** Says whether a token that is good once, until that time, is shown for the first time. */
  async once(digest: string, until: number): Promise<boolean> {
    return this.#store.once(digest, until)
  }

  /** Settles an unknown outcome as an operator says, or looks for the vault now. */
  async settle(id: string, command: SettlementCommand): Promise<SettlementResult> {
    this.#expireIfOverdue(this.#store.get(id))
    return this.#settler.settle(id, command)
  }

  /** Ends attempts that were cut off, starts Workflows that were not started, and deletes old requests. */
  override async alarm(): Promise<void> {
    this.#alarm.clear()
    let next: number | undefined
    try {
      for (const { id } of this.#store.due(MAX_ENTRIES_PER_ALARM)) await this.#lookAfter(id)
      await this.#sweepAliases()
      this.#store.pruneRegister(world.now() - this.#registerDays() * MS_PER_DAY)
      next = earliest(this.#store.nextDue(), this.#registerDueAt())
    } catch (error) {
      // the platform repeats an alarm that throws a few times and then never again
      log('error', 'alarm.failed', { message: error instanceof Error ? error.message : undefined })
      next = world.now() + ALARM_RETRY_MS
    }
    if (next !== undefined) await this.#alarm.wakeAt(next)
  }

  async #lookAfter(id: string): Promise<void> {
    // read again: while a Workflow was started, another claim may have taken a failed one's place
    const entry = this.#store.get(id)
    if (!entry || (dueAt(entry) ?? Number.POSITIVE_INFINITY) > world.now()) return
    if (entry.workflow === 'due' && entry.status !== 'creating') await this.#startWorkflow(entry)
    else if ((workflowCheckAt(entry) ?? Number.POSITIVE_INFINITY) <= world.now())
      await this.#checkWorkflow(entry)
    else if (isUnderWay(entry)) this.#expireIfOverdue(entry)
    else if (this.#registerDays() > 0) this.#store.archive(entry)
    else this.#store.delete(entry.id)
  }

  /** For how many days the register keeps a vault. */
  #registerDays(): number {
    return deploymentOf(this.env).config.registerDays
  }

  #registerDueAt(): number | undefined {
    const oldest = this.#store.oldestInRegister()
    return oldest === undefined ? undefined : oldest + this.#registerDays() * MS_PER_DAY
  }

  /** Deletes aliases of requests that are not kept any more. */
  async #sweepAliases(): Promise<void> {
    for (const alias of this.#store.dueAliases(MAX_ENTRIES_PER_ALARM)) {
      const known = await ledgerOf(this.env, alias.target.slice(0, 1)).resolveKey(alias.target)
      if (known === null) this.#store.deleteAlias(alias.key)
      else this.#store.putAlias(alias, aliasDueAt(world.now()))
    }
  }

  async #begin(claim: Claim, failed?: Entry, notes: readonly string[] = []): Promise<Reply> {
    if (claim.background || claim.refusal) {
      const entry = withNotes(beginAttempt(claim, failed, world.now()), notes)
      this.#store.put(entry)
      if (claim.refusal) {
        const refused = this.#refuse(entry, claim.refusal)
        return { kind: 'ended', record: recordOf(refused), replayed: false }
      }
      await this.#startWorkflow(entry)
      return { kind: 'accepted', record: recordOf(entry) }
    }
    const call = this.#newCall(FOREGROUND_DEADLINE_MS, claim.traceparent)
    const entry = withNotes(beginAttempt(claim, failed, world.now(), call.deadline.at), notes)
    this.#store.put(entry)
    return { kind: 'ended', record: recordOf(await this.#attempt(entry, call)), replayed: false }
  }

  /** Makes one attempt at a request; {@link Ledger.run} waits for it. */
  #attempt(entry: Entry, call: Call): Promise<Entry> {
    const attempt = this.#provision(entry, call).finally(() => this.#running.delete(entry.id))
    this.#running.set(entry.id, attempt)
    return attempt
  }

  /** Makes the vault, records and logs the outcome, and starts what remains to be done. */
  async #provision(entry: Entry, call: Call): Promise<Entry> {
    const startedAt = world.now()
    await this.#setAlarmFor(entry)
    const ended = await this.#createVault(entry, call).then(
      (vault) => {
        // on a runtime update the storage may be gone by now, and then this id is what settles the request
        log('info', 'vault.answered', { request: entry.id, vault: vault.id })
        return this.#store.advance(entry.id, { type: 'created', vault })
      },
      // not `catch`: if storing the vault fails, that must not be told as if there were none
      (error: unknown) => this.#recordFailure(entry.id, error),
    )
    log(ended.status === 'created' ? 'info' : 'warn', `request.${ended.status}`, {
      request: entry.id,
      caller: entry.caller,
      source: entry.source,
      attempt: entry.attempt,
      duration: world.now() - startedAt,
      vault: ended.vault?.id,
      problem: ended.problem?.code,
      upstream: ended.problem?.upstream?.status,
    })
    const finished =
      ended.status === 'created' && ended.expiry === 'pending' ? await this.#setExpiry(ended, call) : ended
    this.#startFollowUp(finished)
    return finished
  }

  async #createVault(entry: Entry, call: Call): Promise<Vault> {
    const { tenant, directory, config } = deploymentOf(this.env)
    return provision({
      order: entry.order,
      provenance: entry,
      tenant,
      directory,
      policy: config.policy,
      call: { ...call, request: entry.id },
      beforeSend: async (owners) => {
        this.#store.advance(entry.id, { type: 'sending', owners })
        // the output gate would hold the request back until the row is on disk; this says so, and fails if it is not
        await this.ctx.storage.sync()
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

  #refuse({ id, source, caller }: Entry, refusal: Refusal): Entry {
    const { code, detail, errors } = boundRefusal(refusal)
    const problem = new Problem(code, detail, { errors }).document(id)
    const failed = this.#store.advance(id, { type: 'failed', problem })
    log('warn', 'request.refused', { request: id, caller, source, problem: code })
    this.#startFollowUp(failed)
    return failed
  }

  async #setExpiry(entry: Entry, call: Call): Promise<Entry> {
    const { id, vault, order } = entry
    if (!vault || order.ttlSeconds === undefined) return entry
    try {
      const { tenant } = deploymentOf(this.env)
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
      return deploymentOf(this.env).config.systemLog === 'on'
    } catch {
      return false
    }
  }

  #newCall(deadlineMs: number, traceparent?: string): Call {
    return { deadline: new Deadline(deadlineMs, world.now), traceparent, lanes: this.#lanes }
  }

  /**
   * Ends an attempt that was cut off, since time has passed and this object may have been restarted in the middle.
   *
   * @returns the entry as it is from now on
   */
  #expireIfOverdue(entry: Entry | undefined): Entry | undefined {
    if (!entry || !isUnderWay(entry) || this.#running.has(entry.id)) return entry
    if (world.now() < overdueAt(entry)) return entry
    const expired = this.#store.advance(entry.id, { type: 'overdue', isSearchOn: this.#isSearchOn() })
    log('error', `request.${expired.status}`, {
      request: entry.id,
      caller: entry.caller,
      source: entry.source,
      cutOff: true,
    })
    this.#startFollowUp(expired)
    return expired
  }

  /** Starts what remains to be done, without keeping the answer waiting. */
  #startFollowUp(entry: Entry): void {
    const started = entry.workflow === 'due' ? this.#startWorkflow(entry) : this.#setAlarmFor(entry)
    if (started) this.ctx.waitUntil(started)
  }

  async #startWorkflow(entry: Entry): Promise<void> {
    await this.#setAlarmFor(entry)
    if (!(await startWorkflow(this.env.PROVISION, entry))) return
    const now = this.#store.get(entry.id)
    if (now?.run !== entry.run || now.workflow !== 'due') return
    await this.#setAlarmFor(this.#store.advance(entry.id, { type: 'workflow-seen' }))
  }

  /** Starts the next Workflow if the one that looks after a request has stopped before its work was done. */
  async #checkWorkflow(entry: Entry): Promise<void> {
    const health = await workflowHealth(this.env.PROVISION, entry)
    const now = this.#store.get(entry.id)
    // it may have ended its work meanwhile, or been followed by another
    if (now?.run !== entry.run || now.workflow !== 'started') return
    const hasEnded = !isUnderWay(now)
    const isTellingOver = hasEnded && world.now() > now.updatedAt + MAX_TELLING_HOURS * 3_600_000
    if (isTellingOver || (hasEnded && health === 'complete' && !isSearching(now))) {
      this.#store.advance(now.id, { type: 'workflow-ended' })
    } else if (health === 'dead' || health === 'complete') {
      log('error', 'workflow.lost', { request: now.id, run: now.run, status: now.status })
      await this.#startWorkflow(this.#store.advance(now.id, { type: 'workflow-lost' }))
    } else {
      this.#store.advance(now.id, { type: 'workflow-seen' })
    }
  }

  /**
   * Reads the entry for one of its Workflows, which has shown by asking that it is alive.
   *
   * @returns undefined for a Workflow that another has followed
   */
  #seen(id: string, run: number): Entry | undefined {
    const entry = this.#store.get(id)
    if (entry?.run !== run) return undefined
    const isRecent =
      entry.workflowSeenAt !== null && world.now() < entry.workflowSeenAt + MIN_SEEN_INTERVAL_MS
    return isRecent ? entry : this.#store.advance(id, { type: 'workflow-seen' })
  }

  #setAlarmFor(entry: Entry): Promise<void> | undefined {
    const due = dueAt(entry)
    return due === null ? undefined : this.#alarm.wakeAt(due)
  }
}

function withNotes(entry: Entry, notes: readonly string[]): Entry {
  return { ...entry, notes: [...entry.notes, ...notes] }
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
