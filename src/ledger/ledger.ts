import { DurableObject } from 'cloudflare:workers'
import type { Call } from '../conductorone/call.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { Lanes } from '../conductorone/lanes.ts'
import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { Alarm, aliasDueAt } from './alarm.ts'
import { type Alias, aliasOf, putAlias } from './aliases.ts'
import type { Claim } from './claim.ts'
import { beginAttempt, decide } from './decide.ts'
import { detailsOf, type Entry, type RequestDetails, type RequestRecord, recordOf } from './entry.ts'
import type { Filter } from './filter.ts'
import { type ForgottenCount, forgetAddress } from './forget.ts'
import { countRequests, type ListedRequest, type StatusCount, selectRequests } from './listing.ts'
import { migrate } from './migrations.ts'
import { successionNotes, supersededNote } from './outcome-problems.ts'
import type { RegisteredVault, RegisterFilter } from './register.ts'
import {
  type LedgerReply,
  type LookResult,
  POLL_AGAIN_SECONDS,
  type Progress,
  progressOf,
  type Reply,
} from './replies.ts'
import { noteRevision } from './revisions.ts'
import { Runner } from './runner.ts'
import type { Claimant } from './sameness.ts'
import type { SettlementCommand, SettlementResult } from './settlement.ts'
import { Settler } from './settler.ts'
import type { ProvisionParameters } from './start-workflow.ts'
import { Store } from './store.ts'
import type { Telling } from './telling.ts'
import { Upkeep } from './upkeep.ts'
import { hasMadeVault, selectVaults, selectVaultsOfOthers } from './vault-rows.ts'
import { Workflows } from './workflows.ts'

/** Time for one attempt while a caller waits for the answer. */
const FOREGROUND_DEADLINE_MS = 25_000
/** Time for one attempt in the background: a longer wait means fewer unknown outcomes. */
const BACKGROUND_DEADLINE_MS = 120_000
/**
 * Calls to ConductorOne that one object makes at once. The platform lets six connections wait for their answer and holds
 * further ones back in silence; the token's exchange and its copy in KV need one each.
 */
const MAX_CALLS_COUNT = 4

const EXPIRY_NOT_SET =
  'The vault exists, but the expiry of its credentials could not be set for hours. Set it in ConductorOne.'

/**
 * One shard of the ledger: it claims a request, carries it out and records the outcome, so that all three are one actor.
 * A request is on disk as `creating` before a byte of it leaves. If this object is killed then, that is what it finds
 * when it comes back, and the request is not sent a second time.
 */
export class Ledger extends DurableObject<Bindings> {
  readonly #sql: SqlStorage
  readonly #store: Store
  readonly #alarm: Alarm
  readonly #lanes = new Lanes(MAX_CALLS_COUNT)
  readonly #workflows: Workflows
  readonly #runner: Runner
  readonly #settler: Settler
  readonly #upkeep: Upkeep

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env)
    const { storage } = context
    migrate(storage)
    this.#sql = storage.sql
    this.#store = new Store(storage.sql, world.now)
    this.#alarm = new Alarm(storage, world.now)
    this.#workflows = new Workflows(env, this.#store, this.#alarm, (work) => context.waitUntil(work))
    this.#runner = new Runner(env, this.#store, this.#alarm, this.#workflows)
    this.#settler = new Settler(env, this.#store, this.#workflows, (deadlineMs) => this.#newCall(deadlineMs))
    this.#upkeep = new Upkeep(env, storage.sql, this.#store, this.#alarm, this.#workflows, this.#runner)
    void context.blockConcurrencyWhile(() => this.#alarm.restore())
  }

  /** Carries a claim out, unless it was carried out before, is under way, or its key belongs to other content. */
  async submit(claim: Claim): Promise<LedgerReply> {
    const isRepeated = claim.once && !this.#store.once(claim.once.digest, claim.once.until)
    const known = this.#runner.expireIfOverdue(this.#store.underKey(claim.key))
    if (!known) {
      const target = claim.isTransferable && claim.key ? aliasOf(this.#sql, claim.key) : undefined
      return target === undefined ? this.#begin(claim) : { kind: 'moved', key: target }
    }
    // what was signed once must not begin what has failed since
    switch (isRepeated && known.status === 'failed' ? 'replay' : decide(known, claim)) {
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

  /** Makes the next attempt at a request that a Workflow looks after, or waits for the one that runs; safe to repeat. */
  async run({ id, run }: ProvisionParameters): Promise<Progress> {
    const hasWaited = await this.#runner.waitFor(id)
    const entry = this.#runner.expireIfOverdue(this.#workflows.seen({ id, run }))
    // after an attempt that was postponed, the next one has its time
    if (hasWaited || entry?.status !== 'accepted') return progressOf(entry, run)
    const call = this.#newCall(BACKGROUND_DEADLINE_MS)
    const started = this.#store.advance(id, { type: 'started', deadline: call.deadline.at })
    return progressOf(await this.#runner.attempt(started, call), run)
  }

  /** Ends what was retried long enough: nothing was created, or the expiry is for a person to set. */
  async giveUp({ id, run }: ProvisionParameters): Promise<Progress> {
    const entry = this.#runner.expireIfOverdue(this.#workflows.seen({ id, run }))
    if (entry?.status === 'accepted') return progressOf(this.#store.advance(id, { type: 'abandoned' }), run)
    if (entry?.status === 'created' && entry.expiry === 'pending')
      return progressOf(this.#store.advance(id, { type: 'expiry-refused', note: EXPIRY_NOT_SET }), run)
    return progressOf(entry, run)
  }

  /** Sets the expiry of a vault's credentials if that is still to be done; safe to repeat. */
  async finishExpiry({ id, run }: ProvisionParameters): Promise<Progress> {
    const entry = this.#workflows.seen({ id, run })
    if (entry?.status !== 'created' || entry.expiry !== 'pending') return progressOf(entry, run)
    const after = await this.#runner.setExpiry(entry, this.#newCall(BACKGROUND_DEADLINE_MS))
    return after.expiry === 'pending'
      ? { kind: 'again', retryAfter: POLL_AGAIN_SECONDS }
      : progressOf(after, run)
  }

  /** Looks through ConductorOne's system log for the vault of a request with an unknown outcome. */
  async look({ id, run }: ProvisionParameters): Promise<LookResult> {
    return this.#workflows.seen({ id, run })
      ? this.#settler.look(id)
      : { vaultId: null, nextLookInSeconds: null }
  }

  /** Reads the record that a Workflow tells; null if it is an earlier one's, or the request is not kept any more. */
  async recordFor({ id, run }: ProvisionParameters): Promise<RequestRecord | null> {
    const entry = this.#workflows.seen({ id, run })
    return entry ? recordOf(entry) : null
  }

  /**
   * Records that a Workflow has done its work, so that it is not asked for any more.
   *
   * @param told its messages that are not recorded yet
   */
  async workflowEnded({ id, run }: ProvisionParameters, told: readonly Telling[]): Promise<void> {
    if (this.#workflows.seen({ id, run })) this.#store.advance(id, { type: 'workflow-ended', told })
  }

  /** Records messages with an outcome, also those of a Workflow that another has followed. */
  async noteTold({ id }: ProvisionParameters, told: readonly Telling[]): Promise<void> {
    if (this.#store.get(id)) this.#store.advance(id, { type: 'told', told })
  }

  /**
   * Writes down that an owner is about to be told of the vault, so that no other message is sent.
   *
   * @returns whether the message is still to be sent
   */
  async markOwnerTold({ id, run }: ProvisionParameters, ownerId: string): Promise<boolean> {
    const entry = this.#workflows.seen({ id, run })
    if (!entry?.ownersToTell?.includes(ownerId)) return false
    this.#store.advance(id, { type: 'owner-told', ownerId, isTold: true })
    return true
  }

  /** Takes back that an owner was told: it is certain that nothing was sent. */
  async markOwnerUntold({ id, run }: ProvisionParameters, ownerId: string): Promise<void> {
    if (this.#workflows.seen({ id, run }))
      this.#store.advance(id, { type: 'owner-told', ownerId, isTold: false })
  }

  /** Finds the id of the request under a key; null if there is none. */
  async idUnder(key: string): Promise<string | null> {
    return this.#store.underKey(key)?.id ?? null
  }

  /** Says which of these vaults this shard's requests have, other than this one. */
  async vaultsOfOthers(vaultIds: readonly string[], requestId: string): Promise<string[]> {
    return selectVaultsOfOthers(this.#sql, vaultIds, requestId)
  }

  /**
   * Records that an outcome could not be told, with a warning.
   *
   * @param to the receiver, an owner's id, or `requester`
   * @param reason why not
   */
  async noteUntold({ id, run }: ProvisionParameters, to: string, reason: string): Promise<void> {
    if (this.#workflows.seen({ id, run })) this.#store.advance(id, { type: 'not-told', to, reason })
  }

  /** Adds a warning to a request's record. */
  async note(id: string, note: string): Promise<void> {
    if (this.#store.get(id)) this.#store.advance(id, { type: 'noted', note })
  }

  /** Reads the record of a request; null if there is none. */
  async read(id: string): Promise<RequestRecord | null> {
    const entry = this.#runner.expireIfOverdue(this.#store.get(id))
    return entry ? recordOf(entry) : null
  }

  /** Reads the record of a request with its details; null if there is none. */
  async readDetails(id: string): Promise<RequestDetails | null> {
    const entry = this.#runner.expireIfOverdue(this.#store.get(id))
    return entry ? detailsOf(entry) : null
  }

  /** Lists this shard's requests that match, newest first. */
  async list(filter: Filter): Promise<ListedRequest[]> {
    return selectRequests(this.#sql, filter)
  }

  /** Counts this shard's requests by their status; of one claimant, or of all. */
  async countByStatus(claimant?: Claimant): Promise<StatusCount[]> {
    return countRequests(this.#sql, claimant)
  }

  /** Lists the vaults that this shard's requests made, newest first. */
  async listVaults(filter: RegisterFilter): Promise<RegisteredVault[]> {
    return selectVaults(this.#sql, filter)
  }

  /** Removes a person's address from this shard's requests that have ended, and from its register. */
  async forgetAddress(email: string): Promise<ForgottenCount> {
    return forgetAddress(this.#sql, email)
  }

  /** Finds the key that a ticket's request is kept under: its own, or that of an earlier id; null if there is none. */
  async resolveKey(key: string): Promise<string | null> {
    return this.#store.underKey(key) ? key : (aliasOf(this.#sql, key) ?? null)
  }

  /** Lets the key of a ticket that was transferred lead to the one that its request is kept under. */
  async addAlias(alias: Alias): Promise<void> {
    const due = aliasDueAt(world.now())
    putAlias(this.#sql, alias, due)
    await this.#alarm.wakeAt(due)
  }

  /** Reads the records of those requests that are there. */
  async readAll(ids: readonly string[]): Promise<RequestRecord[]> {
    const entries = ids.map((id) => this.#runner.expireIfOverdue(this.#store.get(id)))
    return entries.filter((entry) => entry !== undefined).map(recordOf)
  }

  /** Says whether one of this claimant's requests in this shard made the vault. */
  async madeVault(vaultId: string, claimant: Claimant): Promise<boolean> {
    return hasMadeVault(this.#sql, vaultId, claimant)
  }

  /** Notes that a ticket was seen as it was at a time; returns whether no newer change was seen. */
  async noteRevision(revision: Parameters<typeof noteRevision>[2]): Promise<boolean> {
    return noteRevision(this.#sql, world.now(), revision)
  }

  /** Says whether a token that is good once, until that time, is shown for the first time. */
  async once(digest: string, until: number): Promise<boolean> {
    return this.#store.once(digest, until)
  }

  /** Settles an unknown outcome as an operator says, or looks for the vault now. */
  async settle(id: string, command: SettlementCommand): Promise<SettlementResult> {
    this.#runner.expireIfOverdue(this.#store.get(id))
    return this.#settler.settle(id, command)
  }

  /** Ends attempts that were cut off, starts Workflows that were not started, and deletes old requests. */
  override alarm(): Promise<void> {
    return this.#upkeep.run()
  }

  async #begin(claim: Claim, failed?: Entry, notes: readonly string[] = []): Promise<Reply> {
    if (claim.refusal) {
      const entry = withNotes(beginAttempt(claim, failed, world.now()), notes)
      this.#store.put(entry)
      const refused = this.#runner.refuse(entry, claim.refusal)
      return { kind: 'ended', record: recordOf(refused), replayed: false }
    }
    const deadlineMs = claim.background ? BACKGROUND_DEADLINE_MS : FOREGROUND_DEADLINE_MS
    const call = this.#newCall(deadlineMs, claim.traceparent)
    const entry = withNotes(beginAttempt(claim, failed, world.now(), call.deadline.at), notes)
    if (!claim.background) {
      this.#store.hold(entry)
      return { kind: 'ended', record: recordOf(await this.#runner.attempt(entry, call)), replayed: false }
    }
    // the answer, which comes before the end, promises that the request is on disk
    this.#store.put(entry)
    const attempt = this.#runner.attempt(entry, call)
    this.ctx.waitUntil(attempt.catch((error: unknown) => logInterrupted(entry, error)))
    return { kind: 'accepted', record: recordOf(entry) }
  }

  #newCall(deadlineMs: number, traceparent?: string): Call {
    return { deadline: new Deadline(deadlineMs, world.now), traceparent, lanes: this.#lanes }
  }
}

/** Logs that an attempt broke off, such as on a failure of the disk. The alarm starts the Workflow that goes on. */
function logInterrupted({ id, caller }: Entry, error: unknown): void {
  const message = error instanceof Error ? error.message : undefined
  log('error', 'ledger.interrupted', { request: id, caller, message })
}

function withNotes(entry: Entry, notes: readonly string[]): Entry {
  return { ...entry, notes: [...entry.notes, ...notes] }
}
