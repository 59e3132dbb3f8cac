import { Hono } from 'hono'
import * as z from 'zod'
import type { TenantState } from './api.ts'
import { Mistake } from './mistake.ts'
import type { SigningKey } from './signing-keys.ts'
import { signingAlgorithm } from './signing-keys.ts'
import { type Attempt, attempt, type SignedDelivery, signedDelivery } from './webhook-attempt.ts'
import type { Delivery } from './webhook-deliveries.ts'
import { deliveryOrder, forgery, newDelivery } from './webhook-order.ts'

const ATTEMPTS_LIMIT = 50

const repetition = z.strictObject({
  /** How many attempts, at most. */
  times: z.int().min(1).max(ATTEMPTS_LIMIT).default(1),
  /**
   * `retry`: the next one only where the last one failed, which is what C1 does. `in-turn`: all of them, whatever is
   * answered. `at-once`: all of them together.
   */
  how: z.enum(['retry', 'in-turn', 'at-once']).default('retry'),
  /** Milliseconds between one and the next; C1 waits 3 to 15 seconds. */
  pauseMs: z.int().min(0).default(0),
})

const sending = z.strictObject({ repeat: repetition.prefault({}), forgery: forgery.default({}) })
const sendRequest = sending.extend({ order: deliveryOrder })
const signRequest = z.strictObject({ order: deliveryOrder, forgery: forgery.default({}) })

const rotation = z.strictObject({
  algorithm: signingAlgorithm.default('RS256'),
  /** Whether the new key is in the key set at once. */
  published: z.boolean().default(true),
  /** Whether the keys so far stay in it. */
  old: z.enum(['keep', 'remove']).default('keep'),
})

/** How a delivery is sent. */
export type Sending = z.input<typeof sending>

/** How the signing key is replaced. */
export type Rotation = z.input<typeof rotation>

/** A delivery that was sent, and what came of each attempt, in the order they were made. */
export interface SentDelivery {
  readonly delivery: Delivery
  readonly attempts: readonly Attempt[]
}

/** A delivery that was signed and not sent; its callback URL is good. */
export interface UnsentDelivery extends SignedDelivery {
  readonly delivery: Delivery
}

/** A signing key as a test sees it. */
export type ShownKey = Pick<SigningKey, 'kid' | 'algorithm' | 'published' | 'publicJwk'>

/**
 * The part of the control API that is about webhooks, under `/_simulator/webhooks`.
 *
 * @param state what it shows and changes
 * @returns the application
 */
export function webhookControl({ keys, deliveries, users }: TenantState): Hono {
  const control = new Hono()

  const existing = (id: string) => {
    const delivery = deliveries.find(id)
    if (!delivery) throw new Mistake(`no delivery ${id}`)
    return delivery
  }

  async function one(delivery: Delivery, how: z.output<typeof forgery>): Promise<Attempt> {
    const made = await attempt(delivery, await signedDelivery(delivery, keys, how))
    deliveries.attempted(delivery.id, made.verdict)
    return made
  }

  async function send(delivery: Delivery, how: z.output<typeof sending>): Promise<SentDelivery> {
    const { times, how: manner, pauseMs } = how.repeat
    const attempts: Attempt[] = []
    if (manner === 'at-once') {
      attempts.push(...(await Promise.all(Array.from({ length: times }, () => one(delivery, how.forgery)))))
    } else {
      for (let number = 1; number <= times; number += 1) {
        const made = await one(delivery, how.forgery)
        attempts.push(made)
        if (manner === 'retry' && made.verdict.kind !== 'failed') break
        if (number < times) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    return { delivery: existing(delivery.id), attempts }
  }

  function ordered(order: z.output<typeof deliveryOrder>, here: string): Delivery {
    const { delivery, token } = newDelivery(order, users.all(), new URL(here).origin)
    deliveries.add(delivery, token)
    return delivery
  }

  control.get('/deliveries', ({ json }) => json(deliveries.all()))
  control.get('/deliveries/:id', ({ req, json }) => json(existing(req.param('id'))))
  control.post('/deliveries', async ({ req, json }) => {
    const { order, ...how } = sendRequest.parse(await req.json())
    return json(await send(ordered(order, req.url), how))
  })
  control.post('/deliveries/:id/attempts', async ({ req, json }) => {
    const how = sending.parse(await req.json())
    return json(await send(existing(req.param('id')), how))
  })
  control.post('/deliveries/:id/expire', ({ req, json }) =>
    json(deliveries.expire(existing(req.param('id')).id)),
  )
  control.post('/signed', async ({ req, json }) => {
    const { order, forgery: how } = signRequest.parse(await req.json())
    const delivery = ordered(order, req.url)
    const { url, headers, body } = await signedDelivery(delivery, keys, how)
    return json({ delivery, url, headers, body })
  })

  control.get('/keys', async ({ json }) => {
    await keys.current()
    return json(keys.all().map(shown))
  })
  control.post('/keys', async ({ req, json }) => {
    const { algorithm, published, old } = rotation.parse(await req.json())
    return json(shown(await keys.rotate(algorithm, published, old)))
  })
  control.put('/keys/:kid', async ({ req, json }) => {
    const { published } = z.strictObject({ published: z.boolean() }).parse(await req.json())
    if (!keys.publish(req.param('kid'), published)) throw new Mistake(`no key ${req.param('kid')}`)
    return json({})
  })
  return control
}

function shown({ kid, algorithm, published, publicJwk }: SigningKey): ShownKey {
  return { kid, algorithm, published, publicJwk }
}
