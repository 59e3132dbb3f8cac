import * as z from 'zod/mini'
import { type ProblemCode, problems } from '../../src/problem/catalog.ts'
import { FieldFault, RequestId, Upstream } from './parts.ts'

/** The code of every problem. */
export const codes = Object.keys(problems) as ProblemCode[] // the table has these keys and no others

const always = {
  type: z.string().check(z.meta({ format: 'uri-reference', description: 'Where the problem is explained.' })),
  title: z.string().check(z.meta({ description: 'What the problem is called, for people.' })),
  status: z.int().check(z.meta({ description: 'The HTTP status of the answer.' })),
  detail: z
    .string()
    .check(z.meta({ description: 'What happened this time and what to do about it, for people.' })),
  instance: RequestId.check(z.meta({ description: 'The id of the request that failed.' })),
  code: z.enum(codes).check(z.meta({ description: 'The stable name of the problem, for programs.' })),
  retryable: z
    .boolean()
    .check(z.meta({ description: 'Whether the same request may succeed later, unchanged.' })),
}

const errors = z.array(FieldFault).check(z.meta({ description: 'Every field at fault, up to 100.' }))
const retryAfter = z
  .int()
  .check(
    z.minimum(0),
    z.meta({ description: 'Whole seconds after which another try makes sense; as in `Retry-After`.' }),
  )

/** Any problem, as it is answered and stored: RFC 9457, section 3. */
export const Problem = z
  .object({
    ...always,
    errors: z.exactOptional(errors),
    upstream: z.exactOptional(Upstream),
    retryAfter: z.exactOptional(retryAfter),
  })
  .check(z.meta({ description: 'What went wrong and what to do about it: RFC 9457.' }))

/** What a problem tells beside what each of them tells. */
const details: { readonly [Code in ProblemCode]?: Readonly<Record<string, z.ZodMiniType>> } = {
  'policy-violation': { errors },
  'request-in-progress': { retryAfter },
  'invalid-request': { errors: z.exactOptional(errors) },
  'owner-not-found': { errors },
  'owner-ambiguous': { errors },
  'rejected-by-conductorone': { upstream: Upstream },
  'rate-limited': { retryAfter },
  overloaded: { retryAfter },
  'conductorone-credentials-rejected': { upstream: z.exactOptional(Upstream) },
  'conductorone-unavailable': { upstream: z.exactOptional(Upstream), retryAfter },
  'outcome-unknown': { upstream: z.exactOptional(Upstream) },
}

/** The status for everything that is wrong with what a sender delivered. */
const DELIVERY_FAULT_STATUS = 422
const deliverable: readonly ProblemCode[] = ['policy-violation']

/** Makes the schema of a problem's document, with the values of its row in the table. */
export function problemSchema(code: ProblemCode): z.ZodMiniType {
  const { status, title, retryable, remedy } = problems[code]
  return z
    .object({
      ...always,
      type: z.literal(`/problems/${code}`),
      status: z.literal(deliverable.includes(code) ? [status, DELIVERY_FAULT_STATUS] : [status]),
      code: z.literal(code),
      retryable: z.literal(retryable),
      ...details[code],
    })
    .check(z.meta({ title, description: remedy }))
}

/** Names a problem's schema, such as `NotFoundProblem`. */
export function problemName(code: ProblemCode): string {
  const words = code.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${words.join('')}Problem`
}
