import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { isUnderWay, type RequestRecord } from '../ledger/entry.ts'
import type { Progress } from '../ledger/replies.ts'
import { type LedgerShard, ledgerFor } from '../ledger/shards.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { deliver } from './callback.ts'
import type { Delivery } from './post.ts'
import { reply } from './reply.ts'
import { comment } from './ticket-comment.ts'

/** What a Workflow is started with: the request that it looks after. */
export type ProvisionParameters = { readonly id: string }

/** A step that fails by accident, such as a restart of the ledger, is repeated; the ledger makes that safe. */
const STEP = {
  retries: { limit: 10, delay: '1 second', backoff: 'exponential' },
  timeout: '5 minutes',
} as const
/** Tries for each part, with waits that double from two seconds to a quarter of an hour: about four hours. */
const TRIES = 24
const LONGEST_WAIT = 900

type Again = { readonly kind: 'again'; readonly retryAfter: number }

/** The platform's own type of a step knows no generic results; ours are plain data. */
type Steps = {
  do<T>(name: string, config: typeof STEP, work: () => Promise<T>): Promise<T>
  sleep(name: string, milliseconds: number): Promise<void>
}

/**
 * The background run of one request: provision, set the expiry of its credentials, tell whoever asked. Every step is
 * safe to repeat, because the ledger does a thing once; a wait is the platform's, so it survives anything.
 */
export class Provision extends WorkflowEntrypoint<Bindings, ProvisionParameters> {
  override async run(event: Readonly<WorkflowEvent<ProvisionParameters>>, step: WorkflowStep): Promise<void> {
    const steps = step as unknown as Steps // see Steps
    const { id } = event.payload
    const ended = await this.#insist(id, steps, 'provision', () => this.#ledger(id).run(id))
    if (ended.kind !== 'ended') return
    const { status, callbackUrl, tell } = ended
    // an address that came with the request may be good for minutes only, and an expiry can take hours
    if (tell && tell.kind !== 'ticket')
      await this.#tell(id, 'whoever asked', steps, (record) =>
        reply(record, tell, deploymentOf(this.env).config, world),
      )
    if (status === 'created')
      await this.#insist(id, steps, 'set expiry', () => this.#ledger(id).finishExpiry(id))
    if (callbackUrl !== null)
      await this.#tell(id, new URL(callbackUrl).host, steps, (record) =>
        deliver(callbackUrl, event.instanceId, record, deploymentOf(this.env).config, world),
      )
    if (tell?.kind === 'ticket')
      await this.#tell(id, 'the ticket', steps, (record) =>
        comment(record, event.instanceId.split('-')[1] ?? '1', deploymentOf(this.env).config, world),
      )
  }

  /** Repeats a part until the ledger says that it has ended, and ends it where that takes too long. */
  async #insist(id: string, steps: Steps, part: string, work: () => Promise<Progress>): Promise<Progress> {
    const progress = await until(steps, part, work)
    return progress.kind === 'again'
      ? steps.do(`give up: ${part}`, STEP, () => this.#ledger(id).giveUp(id))
      : progress
  }

  async #tell(
    id: string,
    whom: string,
    steps: Steps,
    deliver: (record: RequestRecord) => Promise<Delivery>,
  ): Promise<void> {
    const delivery = await until(steps, `tell ${whom}`, async (): Promise<Delivery> => {
      // the record as it is now: the expiry may have been set since
      const record = await this.#ledger(id).read(id)
      if (!record) return { kind: 'refused', reason: 'the request is not kept any more' }
      // a later try has taken the place of this one, and its outcome is the one to tell
      return isUnderWay(record) ? { kind: 'again', retryAfter: 0 } : deliver(record)
    })
    if (delivery.kind === 'delivered') return
    log('warn', 'result.not_delivered', { request: id })
    const reason = delivery.kind === 'refused' ? delivery.reason : 'it was not accepted in time'
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

/** Repeats a part of the work, each time as a step of its own, until it does not ask for another time. */
async function until<T extends { readonly kind: string }>(
  steps: Steps,
  name: string,
  work: () => Promise<T | Again>,
): Promise<T | Again> {
  for (let tries = 1, pause = 2; ; tries++, pause = Math.min(pause * 2, LONGEST_WAIT)) {
    const progress = await steps.do(`${name} ${tries}`, STEP, work)
    // the kind decides which of the two it is; the compiler cannot tell for any T
    const again = progress.kind === 'again' ? (progress as Again) : undefined
    if (!again || tries === TRIES) return progress
    await steps.sleep(`${name}: wait ${tries}`, Math.max(pause, again.retryAfter) * 1_000)
  }
}
