import * as z from 'zod/mini'
import {
  Duration,
  expected,
  MAX_OWNERS,
  MAX_PERSON_CHARS,
  Owner,
  optionalField,
  personName,
  text,
  Views,
} from '../config/fields.ts'

function required(maxChars: number) {
  return text(maxChars).check(z.minLength(1, { error: 'must not be empty' }))
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

export const MAX_NAME_CHARS = 255
export const MAX_TICKET_ID_CHARS = 255

/** The ticket that asks for a vault. */
export const Ticket = z.strictObject(
  {
    id: required(MAX_TICKET_ID_CHARS).check(z.meta({ examples: ['SEC-42'] })),
    url: optionalField(httpsUrl, { examples: ['https://acme.atlassian.net/browse/SEC-42'] }),
  },
  { error: expected('an object with `id` and, if there is one, `url`') },
)

/**
 * Refuses a field of magic links in a request for a group. It runs even if other fields are at fault, so that all faults
 * are told at once, and must therefore expect any value.
 */
function onlyForMagicLinks(field: 'maxViews' | 'allowUnauthenticated') {
  return z.refine<Readonly<Record<string, unknown>>>(
    // `false` says what holds for a group anyway
    ({ kind = 'group', preset, ...request }) =>
      kind !== 'group' ||
      request[field] === undefined ||
      request[field] === false ||
      typeof preset === 'string',
    {
      path: [field],
      error: 'is for the kind "magic_link" only; remove it',
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  )
}

/**
 * The schema of the simplified request: what people and tools send. Types, validation, documentation and the chat
 * command's grammar all come from here. It fills nothing in, so that a request stays what was written.
 */
export const ProvisioningRequest = z
  .strictObject(
    {
      name: required(MAX_NAME_CHARS).check(
        z.meta({
          description: 'What the vault is called in ConductorOne.',
          examples: ['Payroll break-glass'],
        }),
      ),
      description: optionalField(text(2_000, 'several lines'), {
        description: 'What it is for. A line that says who asked, and why, is added below it.',
      }),
      kind: optionalField(z.enum(['group', 'magic_link'], { error: 'must be "group" or "magic_link"' }), {
        description: 'Who may open it: members of a group, or everyone who has the link.',
        default: 'group',
      }),
      maxViews: optionalField(Views, {
        description: 'How often the magic link may be opened. For `magic_link` only.',
        examples: [1],
      }),
      allowUnauthenticated: optionalField(z.boolean({ error: 'must be true or false' }), {
        description: 'Whether the magic link works without signing in. For `magic_link` only.',
      }),
      owners: optionalField(
        z
          .array(Owner, { error: 'must be a list of e-mail addresses or ConductorOne user ids' })
          .check(z.maxLength(MAX_OWNERS, { error: `must name at most ${MAX_OWNERS} owners` })),
        {
          description:
            'E-mail addresses or ConductorOne user ids. Only an owner can open the vault, and owners can only be set now.',
          default: [],
          examples: [['owner@example.com']],
        },
      ),
      credentialTtl: optionalField(Duration, {
        description: 'How long a credential in the vault lives.',
        examples: ['30d'],
      }),
      preset: optionalField(text(31), {
        description: 'A preset of this deployment, which fixes some fields and adds owners.',
        examples: ['payroll'],
      }),
      ticket: optionalField(Ticket, { description: 'The ticket that asked for the vault.' }),
      requestedBy: optionalField(personName(MAX_PERSON_CHARS), {
        description: 'Who asked: an e-mail address or a name.',
        examples: ['jane@example.com'],
      }),
      callbackUrl: optionalField(httpsUrl, {
        description: 'Where the result is posted to, signed. The host must be allowed by the policy.',
      }),
    },
    { error: expected('a JSON object') },
  )
  .check(onlyForMagicLinks('maxViews'), onlyForMagicLinks('allowUnauthenticated'))
export type ProvisioningRequest = z.output<typeof ProvisioningRequest>

/** The query of `POST /v1/vaults`. */
export const CreateQuery = z.strictObject({
  dry_run: z._default(z.enum(['true', 'false'], { error: 'must be true or false' }), 'false'),
})
