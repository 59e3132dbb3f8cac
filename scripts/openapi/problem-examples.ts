import { type ProblemCode, problems } from '../../src/problem/catalog.ts'
import { Problem, type ProblemDetails, type ProblemDocument } from '../../src/problem/problem.ts'
import type { Part } from './headers.ts'
import { codes } from './problem-schemas.ts'

const REQUEST = 'req_01m83setgvfryzrhs4470v10'

/** What each problem says in one case, and what it tells beside that. */
const cases: Readonly<Record<ProblemCode, readonly [detail: string, details?: ProblemDetails]>> = {
  'malformed-json': [
    'The body is not JSON in UTF-8. A quote or a line break inside a value must be escaped.',
  ],
  unauthenticated: ['Send a valid API key: Authorization: Bearer <key>.'],
  forbidden: ['This key lacks the scope "operate"; it has create and read.'],
  'policy-violation': [
    'Not allowed: ticket is required here: name the ticket that asks for it.',
    { errors: [{ pointer: '/ticket', detail: 'is required here: name the ticket that asks for it' }] },
  ],
  'not-found': ['There is no such request among yours, or it ended more than 30 days ago.'],
  'method-not-allowed': ['This path takes GET, HEAD.'],
  'request-in-progress': [
    `The same request is running; /v1/requests/${REQUEST} shows how far it is.`,
    { retryAfter: 2 },
  ],
  'payload-too-large': ['The body is larger than 64 KiB.'],
  'unsupported-media-type': ['Send the body with Content-Type: application/json, in UTF-8.'],
  'invalid-request': [
    'name is required, and must be text; colour is not a field of a request; remove it or correct its name.',
    {
      errors: [
        { pointer: '/name', detail: 'is required, and must be text' },
        { pointer: '/colour', detail: 'is not a field of a request; remove it or correct its name' },
      ],
    },
  ],
  'owner-not-found': [
    'No vault was created: nobody@example.com is not the e-mail address of an enabled ConductorOne user.',
    {
      errors: [
        {
          pointer: '/owners/0',
          detail: 'nobody@example.com is not the e-mail address of an enabled ConductorOne user',
        },
      ],
    },
  ],
  'owner-ambiguous': [
    'No vault was created: jane@example.com belongs to several ConductorOne users; give the user id of the right one.',
    {
      errors: [
        {
          pointer: '/owners/0',
          detail: 'jane@example.com belongs to several ConductorOne users; give the user id of the right one',
        },
      ],
    },
  ],
  'idempotency-key-reused': [
    `This key was used for another request: /v1/requests/${REQUEST}. Use a new Idempotency-Key, or another name ` +
      'if the ticket is the key.',
  ],
  'rejected-by-conductorone': [
    'ConductorOne refused the request (HTTP 400: invalid argument). No vault was created.',
    { upstream: { status: 400, code: 3, message: 'invalid argument' } },
  ],
  'rate-limited': ['Too many requests; wait 59 seconds.', { retryAfter: 59 }],
  overloaded: [
    'This Worker has too much to do at once. Nothing was begun; send the request again in a moment.',
    { retryAfter: 5 },
  ],
  misconfigured: ['This deployment is not configured. Its log says what is wrong.'],
  'internal-error': ['Something went wrong here. The log has the details under this request’s id.'],
  'conductorone-credentials-rejected': [
    'ConductorOne does not accept this deployment’s credential (HTTP 403). No vault was created.',
    { upstream: { status: 403, code: 7, message: 'permission denied' } },
  ],
  'conductorone-unavailable': [
    'ConductorOne could not be asked (it says there are too many requests). No vault was created. Try again later.',
    { upstream: { status: 429, code: 8, message: 'rate limit exceeded' }, retryAfter: 120 },
  ],
  'outcome-unknown': [
    'The create was sent to ConductorOne, and no clear answer came back (HTTP 504). It is never sent again by ' +
      'itself. For half an hour, this Worker searches ConductorOne’s system log, and settles the request if it finds ' +
      'the vault. To find out, look in ConductorOne for a vault named “Payroll break-glass” whose description ends ' +
      'with “Requested by jane@example.com, via runbook, ticket SEC-42 ' +
      `(https://acme.atlassian.net/browse/SEC-42), request ${REQUEST}”. An operator then settles the request, in the ` +
      `console or by POST /v1/requests/${REQUEST}/resolve.`,
    { upstream: { status: 504, code: 4, message: 'deadline exceeded' } },
  ],
}

/** Makes a document of the problem, as it is answered. */
export function problemExample(code: ProblemCode): ProblemDocument {
  const [detail, details] = cases[code]
  return new Problem(code, detail, details).document(REQUEST)
}

/** An example of every problem, by its code. */
export const exampleComponents: Part = Object.fromEntries(
  codes.map((code) => [code, { summary: problems[code].title, value: problemExample(code) }]),
)
