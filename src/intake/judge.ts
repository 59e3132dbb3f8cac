import type { Config } from '../config/config.ts'
import type { Refusal } from '../ledger/claim.ts'
import { fieldFaults } from '../problem/fields.ts'
import { Problem } from '../problem/problem.ts'
import { faultyOrder, type Order, orderOf } from '../provisioning/order.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'

/** What a request orders, as far as it can be read. */
export type Judgement = {
  readonly order: Order
  readonly content: Readonly<Record<string, unknown>>
  /** Present if the request has faults. */
  readonly refusal?: Refusal
}

/**
 * Judges a request by the schema and the policy.
 *
 * @param request the simplified request, not checked yet
 * @param fieldNames field to what its author calls it, for faults that they can find
 * @returns what it orders, and its faults in its author's words
 */
export function judge(
  request: Readonly<Record<string, unknown>>,
  fieldNames: Readonly<Record<string, string>>,
  { policy }: Config,
): Judgement {
  const parsed = ProvisioningRequest.safeParse(request)
  try {
    if (parsed.success) return { order: orderOf(parsed.data, policy), content: parsed.data }
    throw new Problem('invalid-request', 'The request has faults.', { errors: fieldFaults(parsed.error) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const errors = (error.details.errors ?? []).map(({ pointer, detail }) => ({
      pointer,
      detail: `${placeOf(pointer, request, fieldNames)} ${detail}`,
    }))
    const detail = `No vault was created: ${errors.map((fault) => fault.detail).join('; ')}.`
    return { order: faultyOrder(request), content: request, refusal: { code: error.code, detail, errors } }
  }
}

/** Names the place of a fault in its author's words, and the item too if the place is a list. */
function placeOf(
  pointer: string,
  request: Readonly<Record<string, unknown>>,
  fieldNames: Readonly<Record<string, string>>,
): string {
  const [, field = '', index] = pointer.split('/')
  const place = `“${Object.hasOwn(fieldNames, field) ? fieldNames[field] : field || 'The request'}”`
  const list = request[field]
  const item: unknown = Array.isArray(list) && list.length > 1 ? list[Number(index)] : undefined
  return typeof item === 'string' ? `“${item}” in ${place}` : place
}
