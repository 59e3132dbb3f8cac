/** The HTTP status that grpc-gateway gives each google.rpc.Code the simulator answers with. */
const HTTP_STATUS = { 2: 500, 3: 400, 5: 404, 7: 403, 12: 501, 16: 401 } as const

const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'

/** A google.rpc.Code. */
export type Code = keyof typeof HTTP_STATUS

/** The codes under the names google.rpc gives them. */
export const UNKNOWN = 2
export const INVALID_ARGUMENT = 3
export const NOT_FOUND = 5
export const PERMISSION_DENIED = 7
export const UNIMPLEMENTED = 12
export const UNAUTHENTICATED = 16

/** What is wrong with one field, as google.rpc.BadRequest says it. */
export interface FieldViolation {
  /** A path of proto names: `owner_ids[0]`. */
  readonly field: string
  readonly description: string
}

/** A request that the API refuses; thrown anywhere, rendered in one place. */
export class Refusal extends Error {
  readonly code: Code
  readonly headers: Readonly<Record<string, string>>
  readonly fieldViolations: readonly FieldViolation[]

  constructor(code: Code, message: string, headers = {}, fieldViolations: readonly FieldViolation[] = []) {
    super(message)
    this.code = code
    this.headers = headers
    this.fieldViolations = fieldViolations
  }
}

/**
 * Makes the refusal of a message that can be read, but is not valid.
 *
 * @param fieldViolations what is wrong, field by field; at least one
 * @returns code 3 with a google.rpc.BadRequest among its details
 * @see https://google.aip.dev/193#badrequest
 */
export function invalidFields(fieldViolations: readonly FieldViolation[]): Refusal {
  const message = fieldViolations.map(({ description }) => description).join('; ')
  return new Refusal(INVALID_ARGUMENT, message, {}, fieldViolations)
}

/**
 * Renders a refusal as grpc-gateway does: google.rpc.Status, whose `details` are empty unless fields are at fault.
 *
 * @param refusal what is wrong
 * @returns the response
 */
export function statusAnswer(refusal: Refusal): Response {
  // grpc-gateway repeats the message in WWW-Authenticate, which is not a challenge a client could parse.
  const headers = refusal.code === UNAUTHENTICATED ? { 'www-authenticate': refusal.message } : {}
  const { code, message, fieldViolations } = refusal
  const details = fieldViolations.length > 0 ? [{ '@type': BAD_REQUEST, fieldViolations }] : []
  return Response.json(
    { code, message, details },
    { status: HTTP_STATUS[refusal.code], headers: { ...headers, ...refusal.headers } },
  )
}
