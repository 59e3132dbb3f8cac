import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { isUnderWay, type RequestRecord } from '../ledger/entry.ts'
import type { Progress } from '../ledger/replies.ts'
import { type LedgerShard, ledgerFor } from '../ledger/shards.ts'
import type { ProvisionParameters } from '../ledger/start-workflow.ts'
import { log } from '../lib/log.ts'
import { callbackHost } from '../lib/sealed-address.ts'
import { world } from '../lib/world.ts'
import { sendCallback } from './callback.ts'
import type { TellResult } from './post.ts'
import { sendReply } from './reply.ts'
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

/** A step with generic results: the platform's own type has none, and ours are plain data. */
type Steps = {
  do<T>(name: string, config: typeof STEP, work: () => Promise<T>): Promise<T>
  sleep(name: string, milliseconds: number): Promise<void>
}

/**
 * Runs one request in the background: provisions it, sets the expiry of its credentials, tells the requester. Every step
 * is safe to repeat, because the ledger does each thing once; waits are the platform's, so they survive restarts.
 */
export class Provision extends WorkflowEntrypoint<Bindings, ProvisionParameters> {
  override async run(event: Readonly<WorkflowEvent<ProvisionParameters>>, step: WorkflowStep): Promise<void> {
    const steps = step as unknown as Steps // see Steps
    const { id } = event.payload
    const ended = await this.#finish(id, steps, 'provision', () => this.#ledger(id).run(id))
    if (ended.kind !== 'ended') return
    const { status, callbackUrl, tell } = ended
    // an address that came with the request may be good for minutes only, and an expiry can take hours
    if (tell && tell.kind !== 'ticket')
      await this.#tell(id, 'whoever asked', steps, (record) =>
        sendReply(record, tell, deploymentOf(this.env).config, world),
      )
    if (status === 'created')
      await this.#finish(id, steps, 'set expiry', () => this.#ledger(id).finishExpiry(id))
    if (callbackUrl !== null)
      await this.#tell(id, callbackHost(callbackUrl), steps, (record) =>
        sendCallback(callbackUrl, event.instanceId, record, deploymentOf(this.env).config, world),
      )
    if (tell?.kind === 'ticket')
      await this.#tell(id, 'the ticket', steps, (record) =>
        writeComment(record, event.instanceId.split('-')[1] ?? '1', deploymentOf(this.env).config, world),
      )
  }

  /** Repeats a part until the ledger says that it has ended, and ends it if that takes too long. */
  async #finish(id: string, steps: Steps, part: string, work: () => Promise<Progress>): Promise<Progress> {
    const progress = await repeat(steps, part, work)
    return progress.kind === 'again'
      ? steps.do(`give up: ${part}`, STEP, () => this.#ledger(id).giveUp(id))
      : progress
  }

  async #tell(
    id: string,
    whom: string,
    steps: Steps,
    send: (record: RequestRecord) => Promise<TellResult>,
  ): Promise<void> {
    const result = await repeat(steps, `tell ${whom}`, async (): Promise<TellResult> => {
      // the record as it is now: the expiry may have been set since
      const record = await this.#ledger(id).read(id)
      if (!record) return { kind: 'refused', reason: 'the request is not kept any more' }
      // a later attempt has replaced this one, and its outcome is the one to tell
      return isUnderWay(record) ? { kind: 'again', retryAfter: 0 } : send(record)
    })
    if (result.kind === 'delivered') return
    log('warn', 'result.not_delivered', { request: id })
    const reason = result.kind === 'refused' ? result.reason : 'it was not accepted in time'
    await steps.do(`note on ${whom}`, STEP, () =>
      this.#ledger(id).note(id, `The result could not be delivered to ${whom}: ${reason}.`),
    )
  }

  #ledger(id: string): LedgerShard {
    const ledger = ledgerFor(this.env, id)
    if (!ledger) throw new TypeError('a Workflow is started with a request id')
    return ledger
  }
}

/** Repeats a part of the work, each attempt as a step of its own, until it doesn't ask for another one. */
async function repeat<T extends { readonly kind: string }>(
  steps: Steps,
  name: string,
  work: () => Promise<T | Again>,
): Promise<T | Again> {
  let waitSeconds = FIRST_WAIT_SECONDS
  for (let attempt = 1; ; attempt++) {
    const progress = await steps.do(`${name} ${attempt}`, STEP, work)
    // the kind decides which of the two it is; the compiler cannot tell for every T
    const again = progress.kind === 'again' ? (progress as Again) : undefined
    if (!again || attempt === MAX_ATTEMPTS) return progress
    await steps.sleep(`${name}: wait ${attempt}`, Math.max(waitSeconds, again.retryAfter) * 1_000)
    waitSeconds = Math.min(waitSeconds * 2, MAX_WAIT_SECONDS)
  }
}
