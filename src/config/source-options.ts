import * as z from 'zod/mini'

const MAX_NAME_CHARS = 100

const text = z.string({ error: 'must be text' }).check(
  z.trim(),
  z.minLength(1, { error: 'is empty' }),
  z.maxLength(MAX_NAME_CHARS, {
    error: 'is too long',
  }),
)

/** Fields of the simplified request that a custom field can hold. */
const fields = [
  'name',
  'description',
  'kind',
  'maxViews',
  'allowUnauthenticated',
  'owners',
  'credentialTtl',
  'preset',
] as const
export type MappedField = (typeof fields)[number]

const FieldMap = z.partialRecord(z.enum(fields), text, {
  error: 'must be an object of our fields and theirs',
})

const Sites = z.record(
  z.string().check(z.toLowerCase(), z.regex(/^[0-9a-f-]{8,64}$/, { error: 'must be a cloud id' })),
  z
    .string({ error: 'must be a host' })
    .check(
      z.toLowerCase(),
      z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a host such as "acme.atlassian.net"' }),
    ),
  { error: 'must be an object of cloud ids and hosts' },
)

/** How deliveries are read: the configuration `SOURCES`. */
export const SourceOptions = z.strictObject({
  /** The label of GitHub, GitLab, Linear and Jira issues, and the tag of Zendesk tickets. */
  label: z._default(text, 'vault-request'),
  jira: z._default(
    z.strictObject({
      /** If set, the issue must enter this status, which is then the approval. */
      status: z.optional(text),
      /** Our field to the id or the name of a custom field. */
      fields: z._default(FieldMap, {}),
      /** A site's cloud id to its host: Jira names a site by either. */
      sites: z._default(Sites, {}),
    }),
    { fields: {}, sites: {} },
  ),
  /** Our field to the name of a form answer, or `$entitlement`, `$app` or `$task` for that one's name. */
  conductorone: z._default(z.strictObject({ fields: z._default(FieldMap, {}) }), { fields: {} }),
  pagerduty: z._default(z.strictObject({ fields: z._default(FieldMap, {}) }), { fields: {} }),
})
export type SourceOptions = z.output<typeof SourceOptions>
