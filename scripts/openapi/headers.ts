/** A part of the document, as JSON. */
export type Part = Readonly<Record<string, unknown>>

type Row = {
  /** whether an answer that names it always has it; some name it both ways */
  readonly presence: readonly Presence[]
  readonly description: string
  readonly schema: Part
  readonly example: string | number
}
type Presence = 'always' | 'sometimes'

const EXAMPLE = 'req_01m83setgvfryzrhs4470v10'

const rows = {
  'X-Request-Id': {
    presence: ['always'],
    description:
      'The id of this request; the one under which it was recorded, where it was. The log has it too.',
    schema: { type: 'string', pattern: '^req_[0-9a-z]{24}$' },
    example: EXAMPLE,
  },
  'Cache-Control': {
    presence: ['always'],
    description: 'Nothing here may be stored.',
    schema: { type: 'string', const: 'no-store' },
    example: 'no-store',
  },
  Location: {
    presence: ['always', 'sometimes'],
    description: 'Where the record of the request is.',
    schema: { type: 'string', format: 'uri-reference', pattern: '^/v1/requests/req_[0-9a-z]{24}$' },
    example: `/v1/requests/${EXAMPLE}`,
  },
  'Idempotent-Replayed': {
    presence: ['sometimes'],
    description: '`true` where this is the stored answer to an earlier request with the same key.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  'Preference-Applied': {
    presence: ['always'],
    description: 'The preference that was followed: RFC 7240, section 3.',
    schema: { type: 'string', const: 'respond-async' },
    example: 'respond-async',
  },
  'Retry-After': {
    presence: ['always'],
    description: 'Whole seconds after which another try makes sense.',
    schema: { type: 'integer', minimum: 0 },
    example: 2,
  },
  'WWW-Authenticate': {
    presence: ['always', 'sometimes'],
    description: 'How to authenticate, and the scope that the key lacks: RFC 6750, section 3.',
    schema: { type: 'string', pattern: '^Bearer\\b' },
    example: 'Bearer error="insufficient_scope", scope="create"',
  },
  'Accept-Encoding': {
    presence: ['sometimes'],
    description: 'The only encoding of a body that is read: RFC 9110, section 15.5.16.',
    schema: { type: 'string', const: 'identity' },
    example: 'identity',
  },
  'Content-Disposition': {
    presence: ['sometimes'],
    description: 'The name of the file, if the answer is CSV.',
    schema: { type: 'string', const: 'attachment; filename="vaults.csv"' },
    example: 'attachment; filename="vaults.csv"',
  },
  Allow: {
    presence: ['always'],
    description: 'The methods that the path takes.',
    schema: { type: 'string' },
    example: 'GET, HEAD',
  },
} satisfies Readonly<Record<string, Row>>

/** The name of a header that answers have. */
export type HeaderName = keyof typeof rows

/** Which headers an answer has beside those that every answer has. */
export type Headers = { readonly [Name in HeaderName]?: Presence }

/** The headers that answers refer to. */
export const headerComponents: Part = Object.fromEntries(
  Object.entries<Row>(rows).flatMap(([name, { presence, ...header }]) =>
    presence.map((when) => [componentName(name, when), { ...header, required: when === 'always' }]),
  ),
)

/** Lists the headers of an answer, with those that every answer has. */
export function headersOf(headers: Headers): Part {
  const all = Object.entries({ 'X-Request-Id': 'always', 'Cache-Control': 'always', ...headers } as const)
  return Object.fromEntries(
    all.map(([name, when]) => [name, { $ref: `#/components/headers/${componentName(name, when)}` }]),
  )
}

function componentName(name: string, presence: Presence): string {
  return presence === 'always' ? name : `${name}.${presence}`
}
