import * as z from 'zod'

const fields = z.record(z.string(), z.unknown())

/** What a test says about a task; everything else follows from it. */
export const taskOrder = z.strictObject({
  type: z.enum(['grant', 'revoke', 'certify', 'offboarding', 'action', 'finding']).default('grant'),
  displayName: z.string().exactOptional(),
  /** The justification. */
  description: z.string().default(''),
  /** Form answers by field name, which are in `task.data`, and what `task.form` has fields for; null: no form. */
  answers: fields.nullable().default(null),
  app: z
    .strictObject({ id: z.string().exactOptional(), displayName: z.string().default('Vaults') })
    .prefault({}),
  entitlement: z
    .strictObject({
      id: z.string().exactOptional(),
      displayName: z.string().default('Team vault'),
      description: z.string().default(''),
      slug: z.string().default('member'),
    })
    .prefault({}),
  /** A user of the tenant, by id or e-mail address; the first one by default. */
  requestedFor: z.string().exactOptional(),
  /** The same; by default who it is for. */
  requestedBy: z.string().exactOptional(),
  /** Protobuf's, such as `3600s`; null: without end. */
  grantDuration: z.string().nullable().default(null),
  /** A seed: `expanded` stands in some other order, with objects in it that the task has nothing to do with. */
  shuffle: z.int().exactOptional(),
  /** Fields that stand instead of those of the task, or beside them. */
  fields: fields.default({}),
  /** The same for the task view: its paths, or the task itself. */
  view: fields.default({}),
})

/** The same, as it is kept. */
export type TaskOrder = z.output<typeof taskOrder>
