import type { Config } from '../config/config.ts'
import type { Refusal } from '../ledger/claim.ts'
import { fieldFaults } from '../problem/fields.ts'
import { type FieldFault, Problem } from '../problem/problem.ts'
import { faultyOrder, type Order, orderOf } from '../provisioning/order.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'

/** A request as it was read. */
type Unjudged = {
  /** The simplified request, not checked yet. */
  readonly request: Readonly<Record<string, unknown>>
  /** Field to what its author calls it, for faults that they can find. */
  readonly fieldNames: Readonly<Record<string, string>>
  /** What could not be read, in the author's words. */
  readonly faults?: readonly FieldFault[]
}

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
 * @param source the sender, for presets that not every sender may use
 * @returns what it orders, and its faults in its author's words
 */
export function judge(
  { request, fieldNames, faults = [] }: Unjudged,
  { policy }: Config,
  source?: string,
): Judgement {
  const parsed = ProvisioningRequest.safeParse(request)
  try {
    if (!parsed.success)
      throw new Problem('invalid-request', 'The request has faults.', { errors: fieldFaults(parsed.error) })
    const order = orderOf(parsed.data, policy, source === undefined ? undefined : { source, caller: source })
    return faults.length === 0
      ? { order, content: parsed.data }
      : { order, content: request, refusal: refusalOf('invalid-request', faults) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const unread = new Set(faults.map(({ pointer }) => fieldOf(pointer)))
    const others = (error.details.errors ?? [])
      // a field that could not be read, or any if nothing could, is missing for that reason only
      .filter(({ pointer }) => !unread.has('') && !unread.has(fieldOf(pointer)))
      .map(({ pointer, detail }) => ({
        pointer,
        detail: `${placeOf(pointer, request, fieldNames)} ${detail}`,
      }))
    return {
      order: faultyOrder(request),
      content: request,
      refusal: refusalOf(error.code, [...faults, ...others]),
    }
  }
}

function refusalOf(code: Refusal['code'], errors: readonly FieldFault[]): Refusal {
  return { code, detail: `No vault was created: ${errors.map(({ detail }) => detail).join('; ')}.`, errors }
}

function fieldOf(pointer: string): string {
  return pointer.split('/')[1] ?? ''
}

/** Names the place of a fault in its author's words, and the item too if the place is a list. */
function placeOf(
  pointer: string,
  request: Readonly<Record<string, unknown>>,
  fieldNames: Readonly<Record<string, string>>,
): string {
  const [, field = '', part] = pointer.split('/')
  if (field === 'ticket' && part === 'id') return 'The ticket’s id'
  if (field === 'ticket' && part === 'url') return 'The ticket’s address'
  const place = `“${Object.hasOwn(fieldNames, field) ? fieldNames[field] : field || 'The request'}”`
  const list = request[field]
  const item: unknown = Array.isArray(list) && list.length > 1 ? list[Number(part)] : undefined
  return typeof item === 'string' ? `“${item}” in ${place}` : place
}
