import type { SigningAlgorithm } from '../simulator/signing-keys.ts'
import type {
  Rotation,
  Sending,
  SentDelivery,
  ShownKey,
  UnsentDelivery,
} from '../simulator/webhook-control.ts'
import type { Delivery } from '../simulator/webhook-deliveries.ts'
import type { DeliveryOrder, Forgery } from '../simulator/webhook-order.ts'

/** ConductorOne's own webhooks, as a test has the simulator send them. */
export interface WebhookDeliveries {
  /** Signs a new delivery and sends it. Resolves when the last attempt was answered. */
  send(order: DeliveryOrder, sending?: Sending): Promise<SentDelivery>
  /** Sends a delivery again, signed anew, with the same body, webhook id and callback URL. */
  resend(deliveryId: string, sending?: Sending): Promise<SentDelivery>
  /** Signs a new delivery and gives it back unsent, with whatever is to be wrong with it. */
  sign(order: DeliveryOrder, forgery?: Forgery): Promise<UnsentDelivery>
  /** What has become of a delivery, with the document that was taken for its answer. */
  delivery(deliveryId: string): Promise<Delivery>
  /** Every delivery, oldest first. */
  deliveries(): Promise<Delivery[]>
  /** Ends the time in which a delivery can be called back. */
  expire(deliveryId: string): Promise<Delivery>
  /** Every signing key, published or not; the last one signs. */
  keys(): Promise<ShownKey[]>
  /** Replaces the signing key. */
  rotateKey(algorithm: SigningAlgorithm, rotation?: Omit<Rotation, 'algorithm'>): Promise<ShownKey>
  /** Puts a key into the key set, or takes it out. */
  publishKey(kid: string, published: boolean): Promise<void>
}

/**
 * Speaks the part of the control API that is about webhooks.
 *
 * @param call sends one request to the control API, and gives the answer's JSON
 * @returns its controls
 */
export function webhookDeliveries(
  call: (method: string, path: string, body?: unknown) => Promise<unknown>,
): WebhookDeliveries {
  const at = (id: string) => `/webhooks/deliveries/${id}`
  // The casts: both ends of the control API are this project's, and share these types.
  return {
    send: async (order, sending = {}) =>
      (await call('POST', '/webhooks/deliveries', { order, ...sending })) as SentDelivery,
    resend: async (id, sending = {}) => (await call('POST', `${at(id)}/attempts`, sending)) as SentDelivery,
    sign: async (order, forgery = {}) =>
      (await call('POST', '/webhooks/signed', { order, forgery })) as UnsentDelivery,
    delivery: async (id) => (await call('GET', at(id))) as Delivery,
    deliveries: async () => (await call('GET', '/webhooks/deliveries')) as Delivery[],
    expire: async (id) => (await call('POST', `${at(id)}/expire`)) as Delivery,
    keys: async () => (await call('GET', '/webhooks/keys')) as ShownKey[],
    rotateKey: async (algorithm, rotation = {}) =>
      (await call('POST', '/webhooks/keys', { algorithm, ...rotation })) as ShownKey,
    publishKey: async (kid, published) => {
      await call('PUT', `/webhooks/keys/${kid}`, { published })
    },
  }
}
