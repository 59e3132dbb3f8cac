const STATUS = {
  invalid_request: 400,
  unsupported_grant_type: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  invalid_client: 401,
} as const

/** A token request that is refused (RFC 6749, section 5.2; RFC 9449, sections 5 and 8). */
export class TokenRefusal extends Error {
  readonly error: keyof typeof STATUS
  readonly headers: Readonly<Record<string, string>>

  constructor(error: keyof typeof STATUS, description: string, headers = {}) {
    super(description)
    this.error = error
    this.headers = headers
  }
}

/**
 * Renders a refusal.
 *
 * @param refusal what is wrong
 * @returns the response
 */
export function tokenRefusalAnswer(refusal: TokenRefusal): Response {
  return Response.json(
    { error: refusal.error, error_description: refusal.message },
    { status: STATUS[refusal.error], headers: { 'cache-control': 'no-store', ...refusal.headers } },
  )
}
