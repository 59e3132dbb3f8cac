/** The HTTP status that grpc-gateway gives each google.rpc.Code the simulator answers with. */
const HTTP_STATUS = { 2: 500, 3: 400, 5: 404, 7: 403, 12: 501, 16: 401 } as const

/** A google.rpc.Code. */
export type Code = keyof typeof HTTP_STATUS

/** The codes under the names google.rpc gives them. */
export const UNKNOWN = 2
export const INVALID_ARGUMENT = 3
export const NOT_FOUND = 5
export const PERMISSION_DENIED = 7
export const UNIMPLEMENTED = 12
export const UNAUTHENTICATED = 16

/** A request that the API refuses; thrown anywhere, rendered in one place. */
export class Refusal extends Error {
  readonly code: Code
  readonly headers: Readonly<Record<string, string>>

  constructor(code: Code, message: string, headers = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }
}

/**
 * Renders a refusal as grpc-gateway does: google.rpc.Status with an empty `details`.
 *
 * @param refusal what is wrong
 * @returns the response
 */
export function statusAnswer(refusal: Refusal): Response {
  // grpc-gateway repeats the message in WWW-Authenticate, which is not a challenge a client could parse.
  const headers = refusal.code === UNAUTHENTICATED ? { 'www-authenticate': refusal.message } : {}
  return Response.json(
    { code: refusal.code, message: refusal.message, details: [] },
    { status: HTTP_STATUS[refusal.code], headers: { ...headers, ...refusal.headers } },
  )
}
