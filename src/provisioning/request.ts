import * as z from 'zod/mini'
import type { FieldFault } from '../problem/problem.ts'
import { secondsOf } from './duration.ts'
import { textFault } from './text.ts'

/** The most owners that a vault can be asked for with. */
export const MOST_OWNERS = 32
/** The most views that ConductorOne's `uint32` can hold. */
const MOST_VIEWS = 4_294_967_295

// ConductorOne's ids are alphanumeric and 27 characters long; its own client takes anything from 20 as an id.
const USER_ID = /^[A-Za-z0-9]{20,64}$/

/** One message for a missing value and one for a value of another type. */
function expect(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `${input === undefined ? 'is required, and ' : ''}must be ${what}`
}

/** Text that a person wrote, without surrounding space and without characters that mislead a reader. */
function text(longest: number, lines: 'one line' | 'several lines' = 'one line') {
  return z.string({ error: expect('text') }).check(
    z.trim(),
    z.maxLength(longest, { error: `must be at most ${longest.toLocaleString('en')} characters long` }),
    z.superRefine((value, context) => {
      const fault = textFault(value, lines)
      if (fault) context.addIssue({ code: 'custom', message: fault })
    }),
  )
}

function required(longest: number) {
  return text(longest).check(z.minLength(1, { error: 'must not be empty' }))
}

const httpsUrl = text(2_000).check(
  z.refine(
    (value) => {
      const url = URL.parse(value)
      return url?.protocol === 'https:' && url.username === '' && url.password === ''
    },
    { error: 'must be an https URL without user name or password' },
  ),
)

const email = z.email()

/** A vault's owner as people write it: the e-mail address of a ConductorOne user, or the user's id. */
export const Owner = text(320).check(
  z.refine((value) => USER_ID.test(value) || email.safeParse(value).success, {
    error:
      'must be the e-mail address of a ConductorOne user, or a ConductorOne user id (20 or more letters and digits)',
  }),
)

/** A length of time as people write it: `30d`. */
export const Ttl = text(32).check(
  z.refine((value) => secondsOf(value) !== undefined, {
    error: 'must be a whole number followed by s, m, h, d or w, such as "30d"',
  }),
)

const Ticket = z.strictObject(
  {
    id: required(255).check(z.meta({ examples: ['SEC-42'] })),
    url: z.optional(httpsUrl).check(z.meta({ examples: ['https://acme.atlassian.net/browse/SEC-42'] })),
  },
  { error: expect('an object with `id` and, if there is one, `url`') },
)

/**
 * A refinement that runs even where other fields are at fault, so that all faults are told at once. It must bear
 * with any value, as what it sees may be anything.
 */
function onlyForMagicLinks(field: 'maxViews' | 'allowUnauthenticated') {
  return z.refine<Readonly<Record<string, unknown>>>(
    // `false` says what holds for a group anyway
    (request) => request.kind !== 'group' || request[field] === undefined || request[field] === false,
    {
      path: [field],
      error: 'is for the kind "magic_link" only; remove it',
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  )
}

/**
 * THE schema of the simplified request: what people and tools send. Types, validation, documentation and the chat
 * command's grammar all come from here.
 */
export const ProvisioningRequest = z
  .strictObject(
    {
      name: required(255).check(
        z.meta({
          description: 'What the vault is called in ConductorOne.',
          examples: ['Payroll break-glass'],
        }),
      ),
      description: z
        .optional(text(2_000, 'several lines'))
        .check(
          z.meta({ description: 'What it is for. A line that says who asked, and why, is added below it.' }),
        ),
      kind: z
        ._default(z.enum(['group', 'magic_link'], { error: 'must be "group" or "magic_link"' }), 'group')
        .check(z.meta({ description: 'Who may open it: members of a group, or whoever holds a link.' })),
      maxViews: z
        .optional(
          z
            .int({ error: 'must be a whole number' })
            .check(
              z.minimum(1, { error: 'must be at least 1' }),
              z.maximum(MOST_VIEWS, { error: `must be at most ${MOST_VIEWS}` }),
            ),
        )
        .check(
          z.meta({
            description: 'How often the magic link may be opened. For `magic_link` only.',
            examples: [1],
          }),
        ),
      allowUnauthenticated: z
        .optional(z.boolean({ error: 'must be true or false' }))
        .check(
          z.meta({ description: 'Whether the magic link works without signing in. For `magic_link` only.' }),
        ),
      owners: z
        ._default(
          z
            .array(Owner, { error: 'must be a list of e-mail addresses or ConductorOne user ids' })
            .check(z.maxLength(MOST_OWNERS, { error: `must name at most ${MOST_OWNERS} owners` })),
          [],
        )
        .check(
          z.meta({
            description:
              'E-mail addresses or ConductorOne user ids. Only an owner can open the vault, and owners can be set now only.',
            examples: [['owner@example.com']],
          }),
        ),
      credentialTtl: z
        .optional(Ttl)
        .check(z.meta({ description: 'How long a credential in the vault lives.', examples: ['30d'] })),
      ticket: z.optional(Ticket).check(z.meta({ description: 'The ticket that asked for the vault.' })),
      requestedBy: z
        .optional(required(320))
        .check(
          z.meta({ description: 'Who asked: an e-mail address or a name.', examples: ['jane@example.com'] }),
        ),
      callbackUrl: z.optional(httpsUrl).check(
        z.meta({
          description: 'Where the result is posted to, signed. The host must be allowed by the policy.',
        }),
      ),
    },
    { error: expect('a JSON object') },
  )
  .check(onlyForMagicLinks('maxViews'), onlyForMagicLinks('allowUnauthenticated'))
export type ProvisioningRequest = z.output<typeof ProvisioningRequest>

/** More faults than a request that somebody wrote can have; a body of unknown fields only would have thousands. */
const MOST_FAULTS = 100

/**
 * @param error what zod found wrong with a body
 * @returns every fault, up to 100, with the JSON pointer (RFC 6901) of its field; unknown fields by their own name
 */
export function fieldFaults(error: z.core.$ZodError): FieldFault[] {
  const faults = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointer([...issue.path, key]),
          detail: 'is not a field of a request; remove it or correct its name',
        }))
      : [{ pointer: pointer(issue.path), detail: issue.message }],
  )
  return faults.slice(0, MOST_FAULTS)
}

/** @returns a JSON pointer, RFC 6901 sections 3 and 4 */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
