import * as z from 'zod'

/** The label, or tag, that makes an issue a request. */
export const Label = z.string().trim().min(1).max(100).default('vault-request')

/** Fields of the simplified request that a custom field can hold. */
const fields = [
  'name',
  'description',
  'kind',
  'maxViews',
  'allowUnauthenticated',
  'owners',
  'credentialTtl',
] as const
export type MappedField = (typeof fields)[number]

const FieldMap = z.partialRecord(z.enum(fields), z.string().trim().min(1).max(100))

/** How deliveries are read: the configuration `SOURCES`. */
export const SourceOptions = z.strictObject({
  /** the label of GitHub, GitLab, Jira and Linear issues, and the tag of Zendesk tickets */
  label: Label,
  jira: z
    .strictObject({
      /** where set, the issue must enter this status, which is then the approval */
      status: z.string().trim().min(1).optional(),
      /** our field to the id or the name of a custom field */
      fields: FieldMap.default({}),
    })
    .prefault({}),
  pagerduty: z
    .strictObject({ fields: FieldMap.default({ name: 'vault_name', owners: 'vault_owners' }) })
    .prefault({}),
})
export type SourceOptions = z.output<typeof SourceOptions>
