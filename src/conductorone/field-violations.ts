import * as z from 'zod/mini'
import type { FieldFault } from '../problem/problem.ts'
import { redactSigned } from './redact.ts'
import { ifAny } from './wire.ts'

/** More than there are fields. */
const MAX_VIOLATIONS_COUNT = 20
const MAX_DESCRIPTION_CHARS = 300

/** A detail of an error: `google.rpc.BadRequest`, in protobuf's JSON. Parts that don't have its shape are left out. */
const BadRequest = z.looseObject({
  fieldViolations: z.array(
    z.looseObject({ field: z.string(), description: ifAny(z.string().check(z.maxLength(10_000))) }),
  ),
})

/** ConductorOne's fields, and where their values come from in the simplified request: RFC 6901. */
const POINTERS: Readonly<Record<string, string>> = {
  displayname: '/name',
  description: '/description',
  groupauthzvault: '/kind',
  magicvault: '/kind',
  allowedviews: '/maxViews',
  allowunauthedviews: '/allowUnauthenticated',
  ownerids: '/owners',
  credentialexpirationduration: '/credentialTtl',
}

/**
 * Reads which fields ConductorOne refused.
 *
 * @param details the `details` of a `google.rpc.Status`
 * @returns each fault with a pointer into the simplified request; a field that it doesn't have points to the whole
 * @see https://cloud.google.com/apis/design/errors#error_details
 */
export function readFieldViolations(details: readonly unknown[]): FieldFault[] {
  const violations = details.flatMap((detail) => BadRequest.safeParse(detail).data?.fieldViolations ?? [])
  return violations.slice(0, MAX_VIOLATIONS_COUNT).map(({ field, description }) => ({
    pointer: pointerTo(field),
    detail: description
      ? redactSigned(description).slice(0, MAX_DESCRIPTION_CHARS)
      : 'is refused by ConductorOne',
  }))
}

/** Translates a path such as `magicVault.allowedViews`, `owner_ids[2]` or `vault.display_name`. */
function pointerTo(field: string): string {
  const [, path = '', index] = /^(.*?)(?:\[(\d{1,4})\])?$/s.exec(field) ?? []
  const name = path.split('.').at(-1)?.replaceAll('_', '').toLowerCase() ?? ''
  const pointer = Object.hasOwn(POINTERS, name) ? POINTERS[name] : undefined
  if (pointer === undefined) return ''
  return index !== undefined && pointer === '/owners' ? `${pointer}/${index}` : pointer
}
