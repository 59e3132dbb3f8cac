import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import type { Config } from '../config/config.ts'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { isUnderWay, type RequestRecord } from '../ledger/entry.ts'
import type { Progress } from '../ledger/replies.ts'
import { type LedgerShard, ledgerFor } from '../ledger/shards.ts'
import type { ProvisionParameters } from '../ledger/start-workflow.ts'
import type { Telling } from '../ledger/telling.ts'
import { log } from '../lib/log.ts'
import { callbackHost } from '../lib/sealed-address.ts'
import { world } from '../lib/world.ts'
import { alertOperators, staysUnknown } from './alert.ts'
import { sendCallback } from './callback.ts'
import type { TellResult } from './post.ts'
import { isAnsweredOnce, sendReply } from './reply.ts'
import { type SharedAnswer, tellOwner } from './tell-owner.ts'
import { writeComment } from './ticket-comment.ts'

/** A step that fails by accident, such as on a restart of the ledger, is repeated; the ledger makes that safe. */
const STEP = {
  retries: { limit: 10, delay: '1 second', backoff: 'exponential' },
  timeout: '5 minutes',
} as const
/** Attempts for each part, with waits that double from two seconds to a quarter of an hour: about four hours. */
const MAX_ATTEMPTS = 24
const FIRST_WAIT_SECONDS = 2
const MAX_WAIT_SECONDS = 900

type Again = { readonly kind: 'again'; readonly retryAfter: number }

/**
 * A step with generic results: the platform's own type has none, and ours are plain data. A Workflow that goes on after
 * a restart is run from its beginning and asks for each step again: how long it sleeps must come from what steps
 * returned, never from the clock, since the platform knows a sleep by its name and duration. `sleepUntil` throws if the
 * time has passed by then.
 *
 * @see https://github.com/cloudflare/workers-sdk/issues/12884
 */
type Steps = {
  do<T>(name: string, config: typeof STEP, work: () => Promise<T>): Promise<T>
  sleep(name: string, milliseconds: number): Promise<void>
}

type Ended = Extract<Progress, { kind: 'ended' }>

/** What a message to one receiver came to; `superseded` if another Workflow tells a later outcome. */
type Told =
  | Exclude<TellResult, { kind: 'delivered' }>
  | { readonly kind: 'delivered'; readonly at: number }
  | { readonly kind: 'superseded' }

/**
 * Does what remains of one request after the ledger's own attempt: retries it, searches for its vault if the create got
 * no answer, sets the expiry of its credentials, tells the requester. Every step is safe to repeat, because the ledger
 * does each thing once; waits are the platform's, so they survive restarts. If the ledger has started another Workflow
 * for the request, this one learns so from its next step, and ends.
 */
export class Provision extends WorkflowEntrypoint<Bindings, ProvisionParameters> {
  /** the messages that are not recorded yet; steps that are replayed add them again */
  readonly #told: Telling[] = []
  readonly #slack: SharedAnswer = {}

  override async run(event: Readonly<WorkflowEvent<ProvisionParameters>>, step: WorkflowStep): Promise<void> {
    const steps = step as unknown as Steps // see Steps
    const { payload } = event
    const ledger = this.#ledger(payload.id)
    const { retryAfter } = payload
    const first: Again | undefined = retryAfter === undefined ? undefined : { kind: 'again', retryAfter }
    const ended = await this.#finish(payload, steps, 'provision', () => ledger.run(payload), first)
    if (ended.kind === 'ended') {
      // what takes long to tell must not keep the search waiting
      const telling = Promise.all([
        this.#tellEveryone(payload, steps, ended),
        ...ended.ownersToTell.map((ownerId) => this.#tellOwner(payload, ownerId, steps)),
      ]).then(() => this.#recordTold(payload, steps, ended))
      const isSearched = ended.search !== null && (await this.#search(payload, steps, ended.search))
      // a search that found the vault has started the Workflow that tells it
      if (isSearched)
        await Promise.all([this.#tellOnce(payload, steps, ended), this.#alertIfUnknown(payload, steps)])
      await telling
    }
    // no step, which would cost as much as all of this: if it is not heard, the ledger finds out by itself
    await ledger.workflowEnded(payload, this.#told).catch(() => undefined)
  }

  /** Records who was told of an outcome that may still change, as the search goes on for half an hour. */
  async #recordTold(payload: ProvisionParameters, steps: Steps, { search }: Ended): Promise<void> {
    if (search === null || this.#told.length === 0) return
    const told = this.#told.splice(0)
    await steps.do('record who was told', STEP, () => this.#ledger(payload.id).noteTold(payload, told))
  }

  async #tellEveryone(payload: ProvisionParameters, steps: Steps, ended: Ended): Promise<void> {
    const { status, callbackUrl, tell, search, isExpiryPending = status === 'created' } = ended
    // an address that came with the request may be good for minutes only, and an expiry can take hours
    if (search === null) await this.#tellOnce(payload, steps, ended)
    if (tell && tell.kind !== 'ticket' && !isAnsweredOnce(tell.kind))
      await this.#tell(payload, 'requester', steps, (record) => sendReply(record, tell, this.#config, world))
    if (isExpiryPending)
      await this.#finish(payload, steps, 'set expiry', () => this.#ledger(payload.id).finishExpiry(payload))
    if (callbackUrl !== null)
      await this.#tell(payload, callbackHost(callbackUrl), steps, (record) =>
        sendCallback(callbackUrl, messageIdOf(record), record, this.#config, world),
      )
    if (tell?.kind === 'ticket')
      await this.#tell(payload, 'the ticket', steps, (record) =>
        writeComment(record, commentMarkOf(record), this.#config, this.env.TOKEN_CACHE, world),
      )
  }

  async #tellOwner(payload: ProvisionParameters, ownerId: string, steps: Steps): Promise<void> {
    const once = {
      mark: () => this.#ledger(payload.id).markOwnerTold(payload, ownerId),
      unmark: () => this.#ledger(payload.id).markOwnerUntold(payload, ownerId),
    }
    await this.#tell(payload, ownerId, steps, (record) =>
      tellOwner(ownerId, record, deploymentOf(this.env), once, this.#slack, world),
    )
  }

  /** Tells what can be told once only, and so not before the search for the vault is over. */
  async #tellOnce(payload: ProvisionParameters, steps: Steps, { tell }: Ended): Promise<void> {
    if (!tell || tell.kind === 'ticket' || !isAnsweredOnce(tell.kind)) return
    await this.#tell(payload, 'the step in ConductorOne', steps, (record) =>
      sendReply(record, tell, this.#config, world),
    )
  }

  /**
   * Looks for the vault of a create that got no answer, again and again, until it is found or the search is over.
   *
   * @returns whether the search ended in vain
   */
  async #search(
    payload: ProvisionParameters,
    steps: Steps,
    { looksCount, nextLookInSeconds }: NonNullable<Ended['search']>,
  ): Promise<boolean> {
    let waitSeconds: number | null = nextLookInSeconds
    for (let look = looksCount + 1; waitSeconds !== null; look++) {
      await steps.sleep(`look ${look}: wait`, Math.max(1, waitSeconds) * 1_000)
      const result = await steps.do(`look ${look}`, STEP, () => this.#ledger(payload.id).look(payload))
      if (result.vaultId !== null) return false
      waitSeconds = result.nextLookInSeconds
    }
    return true
  }

  /** Tells the operators of an outcome that the search did not settle; an operator may have settled it meanwhile. */
  async #alertIfUnknown(payload: ProvisionParameters, steps: Steps): Promise<void> {
    const told = await repeat(steps, 'alert operators', async (): Promise<Told> => {
      const record = await this.#ledger(payload.id).recordFor(payload)
      if (record?.status !== 'unknown') return { kind: 'superseded' }
      const result = await alertOperators(staysUnknown(payload.id), this.#config, this.env.TOKEN_CACHE, world)
      return dated(result ?? { kind: 'delivered' }) // without an ALERT_WEBHOOK there is nothing to do
    })
    if (told.kind === 'again' || told.kind === 'refused')
      log('warn', 'alert.not_delivered', { request: payload.id })
  }

  /** Repeats a part until the ledger says that it has ended, and ends it if that takes too long. */
  async #finish(
    payload: ProvisionParameters,
    steps: Steps,
    part: string,
    work: () => Promise<Progress>,
    first?: Again,
  ): Promise<Progress> {
    const progress = await repeat(steps, part, work, first)
    return progress.kind === 'again'
      ? steps.do(`give up: ${part}`, STEP, () => this.#ledger(payload.id).giveUp(payload))
      : progress
  }

  async #tell(
    payload: ProvisionParameters,
    whom: string,
    steps: Steps,
    send: (record: RequestRecord) => Promise<TellResult>,
  ): Promise<void> {
    const told = await repeat(steps, `tell ${whom}`, async (): Promise<Told> => {
      // the record as it is now: the expiry may have been set since
      const record = await this.#ledger(payload.id).recordFor(payload)
      if (!record) return { kind: 'superseded' }
      // a later attempt has replaced this one, and its outcome is the one to tell
      return isUnderWay(record) ? { kind: 'again', retryAfter: 0 } : dated(await send(record))
    })
    if (told.kind === 'delivered') this.#told.push({ to: whom, at: told.at, error: null })
    if (told.kind === 'delivered' || told.kind === 'superseded') return
    log('warn', 'result.not_delivered', { request: payload.id })
    const reason = told.kind === 'refused' ? told.reason : 'it was not accepted in time'
    await steps.do(`note on ${whom}`, STEP, () => this.#ledger(payload.id).noteUntold(payload, whom, reason))
  }

  get #config(): Config {
    return deploymentOf(this.env).config
  }

  #ledger(id: string): LedgerShard {
    const ledger = ledgerFor(this.env, id)
    if (!ledger) throw new TypeError('a Workflow is started with a request id')
    return ledger
  }
}

/** Adds to a message that was delivered when that was; a step that is replayed keeps the time. */
function dated(result: TellResult): Told {
  return result.kind === 'delivered' ? { ...result, at: world.now() } : result
}

/** Identifies a message to a callback, whichever Workflow sends it: one for each outcome of each attempt. */
function messageIdOf({ id, attempt, status }: RequestRecord): string {
  return `${id}-${attempt}-${status}`
}

/** Tells the comments on one request from each other: an attempt that is settled later gets another one. */
function commentMarkOf({ attempt, settledBy }: RequestRecord): string {
  return settledBy === null ? String(attempt) : `${attempt}, settled`
}

/**
 * Repeats a part of the work, each attempt as a step of its own, until it doesn't ask for another one.
 *
 * @param first what the first attempt came to, if the ledger made it already
 */
async function repeat<T extends { readonly kind: string }>(
  steps: Steps,
  name: string,
  work: () => Promise<T | Again>,
  first?: Again,
): Promise<T | Again> {
  let waitSeconds = FIRST_WAIT_SECONDS
  for (let attempt = 1; ; attempt++) {
    const isMade = attempt === 1 && first !== undefined
    const progress = isMade ? first : await steps.do(`${name} ${attempt}`, STEP, work)
    // the kind decides which of the two it is; the compiler cannot tell for every T
    const again = progress.kind === 'again' ? (progress as Again) : undefined
    if (!again || attempt === MAX_ATTEMPTS) return progress
    await steps.sleep(`${name}: wait ${attempt}`, Math.max(waitSeconds, again.retryAfter) * 1_000)
    waitSeconds = Math.min(waitSeconds * 2, MAX_WAIT_SECONDS)
  }
}
