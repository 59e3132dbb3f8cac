/**
 * Every way in which a request can fail, for the answer and for the page behind its `type`: the status, what it
 * is called, what it means and what to do, and whether the same request may succeed later unchanged.
 */
export const problems = {
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    retryable: false,
    remedy: 'Send one JSON object, encoded in UTF-8. In templates, escape the quotes inside inserted values.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid key or signature',
    retryable: false,
    remedy:
      'Send `Authorization: Bearer <key>` with a key from `API_KEYS`. A webhook must be signed with a secret from ' +
      '`WEBHOOK_SECRETS`, by a clock that is right, and arrive as it was sent: a proxy may not rewrite the body.',
  },
  forbidden: {
    status: 403,
    title: 'The API key may not do this',
    retryable: false,
    remedy: 'Use a key with the scope that the detail names, or ask your operator to add it in `API_KEYS`.',
  },
  'policy-violation': {
    status: 403,
    title: 'This deployment does not allow that',
    retryable: false,
    remedy: 'Change the fields named in `errors`, or ask your operator to change `POLICY`.',
  },
  'not-found': {
    status: 404,
    title: 'Nothing is here',
    retryable: false,
    remedy: 'Check the path and the id. A key without the scope `operate` sees its own requests only.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This path does not take that method',
    retryable: false,
    remedy: 'Use a method that the `Allow` header names.',
  },
  'request-in-progress': {
    status: 409,
    title: 'The same request is running',
    retryable: true,
    remedy:
      'Wait as long as `Retry-After` says and send it again: you will get the result, not a second vault.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    retryable: false,
    remedy: 'Shorten it: a request is a name, some owners and a description.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not sent as JSON',
    retryable: false,
    remedy: 'Send `Content-Type: application/json`.',
  },
  'invalid-request': {
    status: 422,
    title: 'Some fields are wrong',
    retryable: false,
    remedy: 'Correct every field named in `errors`; each pointer says where it is in the body.',
  },
  'owner-not-found': {
    status: 422,
    title: 'An owner is not known to ConductorOne',
    retryable: false,
    remedy:
      'Give the e-mail address of an enabled ConductorOne user, as ConductorOne has it, or the user id.',
  },
  'owner-ambiguous': {
    status: 422,
    title: 'An owner’s e-mail address belongs to several users',
    retryable: false,
    remedy: 'Give the ConductorOne user id of the right one instead of the e-mail address.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This key was used for another request',
    retryable: false,
    remedy:
      'Use a new `Idempotency-Key` for a new request. Without one, the ticket and the name are the key: ' +
      'choose another name for a second vault in the same ticket.',
  },
  'rejected-by-conductorone': {
    status: 422,
    title: 'ConductorOne refused the content',
    retryable: false,
    remedy: 'Correct what ConductorOne gives as its reason, and send the request again.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    retryable: true,
    remedy: 'Wait as long as `Retry-After` says.',
  },
  misconfigured: {
    status: 500,
    title: 'This deployment is not configured',
    retryable: false,
    remedy: 'The operator finds every fault in one line of the log, under the event `configuration.invalid`.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong here',
    retryable: true,
    remedy:
      'Send it again with the same `Idempotency-Key` or ticket, which can’t make a second vault. If it happens again, ' +
      'look for the request id in the log.',
  },
  'conductorone-credentials-rejected': {
    status: 502,
    title: 'ConductorOne does not accept this deployment’s credential',
    retryable: false,
    remedy:
      'Check that the credential has not expired or been revoked, that the service principal ' +
      'is a Super Administrator without narrower scoped roles, and that no IP allowlist shuts this Worker out.',
  },
  overloaded: {
    status: 503,
    title: 'This Worker is overloaded',
    retryable: true,
    remedy: 'Nothing was begun. Wait as long as `Retry-After` says and send the request again.',
  },
  'conductorone-unavailable': {
    status: 503,
    title: 'Nothing was done in ConductorOne',
    retryable: true,
    remedy: 'Wait as long as `Retry-After` says and send the request again.',
  },
  'outcome-unknown': {
    status: 504,
    title: 'We don’t know whether the vault was created',
    retryable: false,
    remedy:
      'The create was sent and no readable answer came back. The Worker searches ConductorOne’s system log for about ' +
      'half an hour. If the outcome stays unknown, look in ConductorOne under Settings > Vaults for a vault of this ' +
      'name whose description ends with the request id. Then settle the request with `POST /v1/requests/{id}/resolve`: ' +
      '`{"vaultId":"…"}` if the vault is there, `{"outcome":"not_created"}` if it isn’t.',
  },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean; remedy: string }>

/** The stable name of a problem: the last part of its `type`. */
export type ProblemCode = keyof typeof problems
