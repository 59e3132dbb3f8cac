import type { Call } from '../conductorone/call.ts'
import { problemFrom } from '../conductorone/problem.ts'
import type { Vault } from '../conductorone/wire.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { Problem } from '../problem/problem.ts'
import { doubtsAbout, endsWithProvenance } from '../settlement/proof.ts'
import { type Finding, lookForVault } from '../settlement/search.ts'
import { type Entry, recordOf, SYSTEM_LOG } from './entry.ts'
import { type LookResult, nextLookInSeconds } from './replies.ts'
import { isSearching, lostCreateOf, nextLookAt } from './search.ts'
import type { SettlementCommand, SettlementResult } from './settlement.ts'
import { vaultsOfOthers } from './shards.ts'
import type { Store } from './store.ts'
import type { Workflows } from './workflows.ts'

const READ_DEADLINE_MS = 25_000
const LOOK_DEADLINE_MS = 60_000

const FORBIDDEN =
  "The credential may not read ConductorOne's system log, so a vault whose create got no answer is not found. Give it " +
  'that right, or set CONDUCTORONE_SYSTEM_LOG to off.'
const SWITCHED_OFF = 'This deployment does not search: CONDUCTORONE_SYSTEM_LOG is off.'

/** Settles unknown outcomes of one shard: by what the system log shows, or as an operator says. */
export class Settler {
  readonly #env: Bindings
  readonly #store: Store
  readonly #workflows: Workflows
  readonly #newCall: (deadlineMs: number) => Call
  /** the look that is being made; one at a time, so that looks leave room for creates */
  #looking: Promise<unknown> = Promise.resolve()
  /** request id to the vaults that its looks read in vain */
  readonly #rejected = new Map<string, Set<string>>()

  constructor(env: Bindings, store: Store, workflows: Workflows, newCall: (deadlineMs: number) => Call) {
    this.#env = env
    this.#store = store
    this.#workflows = workflows
    this.#newCall = newCall
  }

  /** Makes one of the scheduled looks for the vault of a request. */
  async look(id: string): Promise<LookResult> {
    const entry = this.#store.get(id)
    if (!entry || !isSearching(entry)) return { vaultId: null, nextLookInSeconds: null }
    if (!this.#isOn()) {
      this.#store.advance(id, { type: 'search-stopped' })
      return { vaultId: null, nextLookInSeconds: null }
    }
    await this.#look(id, true).catch(() => undefined) // the next look may fare better
    const after = this.#store.get(id)
    const waitSeconds = after ? nextLookInSeconds(after) : null
    if (waitSeconds === null) this.#rejected.delete(id)
    return { vaultId: after?.vault?.id ?? null, nextLookInSeconds: waitSeconds }
  }

  /** Settles a request as an operator says, looks for its vault now, or shows what a vault has to do with it. */
  async settle(id: string, command: SettlementCommand): Promise<SettlementResult> {
    const entry = this.#unknown(id)
    if ('kind' in entry) return entry
    if ('search' in command) return this.#searchNow(id)
    if ('vaultId' in command) return this.#settleWith(id, command)
    const lookAt = nextLookAt(entry)
    if (lookAt !== null && !command.force)
      return { kind: 'searching', nextLookAt: new Date(lookAt).toISOString() }
    return this.#record(id, null, command.by)
  }

  async #settleWith(
    id: string,
    { vaultId, force, preview, by }: Extract<SettlementCommand, { vaultId: string }>,
  ): Promise<SettlementResult> {
    let vault: Vault
    try {
      vault = await deploymentOf(this.#env).tenant.getVault(vaultId, this.#newCall(READ_DEADLINE_MS))
    } catch (error) {
      return { kind: 'vault-not-read', problem: problemFrom(error, id, 'read').document(id) }
    }
    const others = await vaultsOfOthers(this.#env, [vaultId, vault.id], id)
    if (others.size > 0) return { kind: 'taken' }
    const entry = this.#unknown(id)
    if ('kind' in entry) return entry
    const lost = lostCreateOf(entry)
    const reasons = doubtsAbout(vault, lost)
    const fits = endsWithProvenance(vault, lost.provenance)
    if (preview) return { kind: 'previewed', vault, fits, reasons }
    return fits || force ? this.#record(id, vault, by) : { kind: 'unproven', reasons }
  }

  async #searchNow(id: string): Promise<SettlementResult> {
    const failed = (problem: Problem) => ({ kind: 'not-searched', problem: problem.document(id) }) as const
    if (!this.#isOn()) return failed(new Problem('invalid-request', SWITCHED_OFF))
    try {
      const { kind } = await this.#look(id, false)
      if (kind === 'forbidden') return failed(new Problem('conductorone-credentials-rejected', FORBIDDEN))
    } catch (error) {
      return failed(problemFrom(error, id, 'read'))
    }
    const after = this.#store.get(id)
    if (!after) return { kind: 'gone' }
    return { kind: after.status === 'unknown' ? 'not-found' : 'settled', record: recordOf(after) }
  }

  /**
   * Looks through the system log when the looks that were asked for before have ended, and records what it found.
   *
   * @throws {ConductorOneFailure} if ConductorOne can't be asked now
   */
  async #look(id: string, isScheduled: boolean): Promise<Finding> {
    const look = this.#looking.then(() => this.#lookNow(id))
    this.#looking = look.catch(() => undefined)
    const finding = await look.catch((error: unknown) => {
      log('warn', 'search.failed', { request: id })
      this.#recordLook(id, null, isScheduled)
      throw error
    })
    this.#recordLook(id, finding, isScheduled)
    return finding
  }

  async #lookNow(id: string): Promise<Finding> {
    const entry = this.#store.get(id)
    if (entry?.status !== 'unknown') return { kind: 'none' }
    const rejected = this.#rejected.get(id) ?? new Set()
    this.#rejected.set(id, rejected)
    return lookForVault({
      lost: lostCreateOf(entry),
      tenant: deploymentOf(this.#env).tenant,
      othersOf: (vaultIds) => vaultsOfOthers(this.#env, vaultIds, id),
      rejected,
      earlierLooks: entry.search?.looksCount ?? 0,
      call: this.#newCall(LOOK_DEADLINE_MS),
    })
  }

  #recordLook(id: string, finding: Finding | null, isScheduled: boolean): void {
    const entry = this.#store.get(id)
    if (entry?.status !== 'unknown') return
    // an incomplete log may show one of two that both prove it, and a person must choose
    if (finding?.kind === 'found' && entry.search?.finding !== 'several') {
      this.#record(id, finding.vault, SYSTEM_LOG)
      return
    }
    if (finding?.kind === 'forbidden') this.#logForbidden()
    const kind = finding?.kind === 'found' ? 'several' : finding?.kind
    this.#store.advance(id, { type: 'looked', finding: kind ?? null, isScheduled })
  }

  #record(id: string, vault: Vault | null, by: string): SettlementResult {
    const settled = this.#store.advance(id, { type: 'settled', vault, by })
    this.#rejected.delete(id)
    log('info', 'request.settled', { request: id, status: settled.status, vault: vault?.id, by })
    this.#workflows.startFollowUp(settled)
    return { kind: 'settled', record: recordOf(settled) }
  }

  /** Reads a request, or why it can't be settled. */
  #unknown(id: string): Entry | Extract<SettlementResult, { kind: 'gone' | 'not-unknown' }> {
    const entry = this.#store.get(id)
    if (!entry) return { kind: 'gone' }
    return entry.status === 'unknown' ? entry : { kind: 'not-unknown', record: recordOf(entry) }
  }

  #isOn(): boolean {
    return deploymentOf(this.#env).config.systemLog === 'on'
  }

  /** Says once, and not for each request, that the right is missing. */
  #logForbidden(): void {
    const { saidOnce } = deploymentOf(this.#env)
    if (saidOnce.has('system-log-forbidden')) return
    saidOnce.add('system-log-forbidden')
    log('error', 'system_log.forbidden', { message: FORBIDDEN })
  }
}
