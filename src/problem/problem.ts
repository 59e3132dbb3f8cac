import type { TypedResponse } from 'hono'
import { type ProblemCode, problems } from './catalog.ts'

/** One field at fault: where it stands (RFC 6901) and what is wrong with it. */
export type FieldFault = { readonly pointer: string; readonly detail: string }

/** What ConductorOne said: the HTTP status, and the code and message of its `google.rpc.Status`. */
export type Upstream = {
  readonly status?: number
  readonly code?: number | string
  readonly message?: string
}

/** A problem as it is answered and stored: RFC 9457, section 3. */
export type ProblemDocument = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: ProblemCode
  readonly retryable: boolean
  readonly errors?: readonly FieldFault[]
  readonly upstream?: Upstream
  readonly retryAfter?: number
}

/** The statuses that problems have. */
type ProblemStatus = (typeof problems)[ProblemCode]['status']

/** What problems are to Hono's typed client: any route may answer one, whatever else it answers. */
export type ProblemAnswers = { [Status in ProblemStatus]: { json: ProblemDocument } }

/** What a problem may say beside its code. */
export type ProblemDetails = {
  readonly errors?: readonly FieldFault[]
  readonly upstream?: Upstream
  /** whole seconds after which another try makes sense */
  readonly retryAfter?: number
  /** further response headers that the status demands, such as `Allow` */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that cannot be answered as asked; thrown anywhere, rendered in one place. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly details: ProblemDetails

  /**
   * Describes one failure.
   *
   * @param code which problem
   * @param detail what happened this time and what to do about it, for the person who reads it
   * @param details the fields at fault, what ConductorOne said, when to come back
   */
  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(detail)
    this.code = code
    this.details = details
  }

  /**
   * Writes the problem document: RFC 9457, section 3.1.
   *
   * @param instance the id of the request that failed
   */
  document(instance: string): ProblemDocument {
    const { status, title, retryable } = problems[this.code]
    const { errors, upstream, retryAfter } = this.details
    return {
      type: `/problems/${this.code}`,
      title,
      status,
      detail: this.message,
      instance,
      code: this.code,
      retryable,
      ...(errors && { errors: [...errors] }),
      ...(upstream && { upstream }),
      ...(retryAfter !== undefined && { retryAfter }),
    }
  }
}

/**
 * Answers with a problem.
 *
 * @param document a problem, fresh or stored
 * @param headers further response headers
 * @returns the answer: `application/problem+json`, with `Retry-After` if the problem names a time
 */
export function problemResponse(
  document: ProblemDocument,
  headers: Readonly<Record<string, string>> = {},
): Response & TypedResponse<ProblemDocument, ProblemStatus, 'json'> {
  const response = new Response(JSON.stringify(document), {
    status: document.status,
    headers: {
      'Content-Type': 'application/problem+json',
      ...(document.retryAfter !== undefined && { 'Retry-After': String(document.retryAfter) }),
      ...headers,
    },
  })
  return response as ReturnType<typeof problemResponse> // what a typed response adds is there for the compiler only
}
