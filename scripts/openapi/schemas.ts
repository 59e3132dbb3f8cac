import * as z from 'zod/mini'
import { Duration, Owner } from '../../src/config/fields.ts'
import { Person } from '../../src/ledger/forget.ts'
import { Settlement } from '../../src/ledger/settlement.ts'
import { ProvisioningRequest } from '../../src/provisioning/request.ts'
import './query-words.ts'
import {
  Attempt,
  Created,
  DryRun,
  Forgotten,
  ReadVault,
  RegisteredVault,
  RequestDetails,
  RequestPage,
  RequestRecord,
  Result,
  Telling,
  VaultPage,
  VaultPreview,
  VaultServiceCreateRequest,
} from './answers.ts'
import { DiscordAnswer, MattermostAnswer, SlackAnswer, TeamsAnswer } from './chat-answers.ts'
import {
  ConductorOneAnswer,
  ConductorOneIgnored,
  ConductorOneTaken,
  Ignored,
  Taken,
} from './delivery-answers.ts'
import type { Part } from './headers.ts'
import { FieldFault, FoundOwner, RecordOwner, Upstream, Vault } from './parts.ts'
import { codes, Problem, problemName, problemSchema } from './problem-schemas.ts'
import { CurrentCaller, Healthy, Ready, Unready } from './service-answers.ts'

const named = {
  ProvisioningRequest,
  Owner,
  Duration,
  Settlement,
  Created,
  DryRun,
  RequestRecord,
  RequestDetails,
  Attempt,
  Telling,
  RequestPage,
  ReadVault,
  VaultPreview,
  RegisteredVault,
  VaultPage,
  Person,
  Forgotten,
  Vault,
  FoundOwner,
  RecordOwner,
  VaultServiceCreateRequest,
  Taken,
  Ignored,
  ConductorOneAnswer,
  ConductorOneTaken,
  ConductorOneIgnored,
  SlackAnswer,
  TeamsAnswer,
  DiscordAnswer,
  MattermostAnswer,
  Result,
  Problem,
  FieldFault,
  Upstream,
  CurrentCaller,
  Healthy,
  Ready,
  Unready,
}

/** What refinements say, which JSON Schema cannot. */
const refined = new Map<unknown, Part>([
  [Owner, { description: 'The e-mail address of an enabled ConductorOne user, or a ConductorOne user id.' }],
  [Duration, { description: 'A whole number followed by s, m, h, d or w.', examples: ['90s', '12h', '30d'] }],
])

/** The name of a schema of the document, but for those of the single problems. */
export type SchemaName = keyof typeof named

const registry = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
for (const code of codes) registry.add(problemSchema(code), { id: problemName(code) })

/** What fields that take null and blank text for nothing say of themselves, which zod leaves out. */
function said(schema: z.core.$ZodType): Part {
  const { examples, default: filledIn } = z.globalRegistry.get(schema) ?? {}
  return {
    ...(Array.isArray(examples) && { examples }),
    ...(filledIn !== undefined && { default: filledIn }),
  }
}

/** Tells whether a field takes null for nothing, as those of `optionalField` do. */
function takesNull({ _zod: { def } }: z.core.$ZodTypes): boolean {
  return def.type === 'pipe' && def.in._zod.def.type === 'transform'
}

/** Lets a schema take null too. */
function nullable(schema: Part): Part {
  const { type, enum: values, $ref } = schema
  if (typeof $ref === 'string') return { $ref: undefined, anyOf: [{ $ref }, { type: 'null' }] }
  if (typeof type !== 'string') return schema
  return { type: [type, 'null'], ...(Array.isArray(values) && { enum: [...values, null] }) }
}

const { schemas } = z.toJSONSchema(registry, {
  io: 'input',
  uri: (id) => `#/components/schemas/${id}`,
  override: ({ zodSchema, jsonSchema }) =>
    void Object.assign(
      jsonSchema,
      said(zodSchema),
      refined.get(zodSchema),
      takesNull(zodSchema) && nullable(jsonSchema as Part), // a JSON Schema is a plain object
    ),
})

/** Every schema of the document, as what senders may send and what callers can rely on. */
export const schemaComponents: Part = Object.fromEntries(
  Object.entries(schemas).map(([id, { $schema: _dialect, $id: _address, ...schema }]) => [id, schema]),
)

/** Describes each field of a query string's schema as a parameter. */
export function queryParameters(query: z.ZodMiniObject): readonly Part[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, said(zodSchema)),
  })
  return Object.entries(properties).map(([name, property]) => {
    if (typeof property === 'boolean') throw new TypeError(`${name} has no schema`)
    const { description, examples, ...schema } = property
    return {
      name,
      in: 'query',
      description,
      required: required.includes(name),
      ...(examples && { example: examples[0] }),
      schema,
    }
  })
}
