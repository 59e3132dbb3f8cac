import * as z from 'zod/mini'
import { RequestRecord, Status } from './answers.ts'
import { RequestId, Vault } from './parts.ts'
import { Problem } from './problem-schemas.ts'

/** What a sender is told of a delivery that asks for a vault. */
export const Taken = z.object({ request: RequestRecord })

/** What a sender is told of a delivery that asks for nothing. */
export const Ignored = z.object({
  ignored: z
    .string()
    .check(z.meta({ description: 'Why, for the person who set up the webhook and reads its log.' })),
})

/** ConductorOne takes an answer only if it is a document with its version. */
const version = z.literal('v1')

/** {@link Taken}, as ConductorOne is told it. */
export const ConductorOneTaken = z.object({ version, request: RequestRecord })

/** {@link Ignored}, as ConductorOne is told it. */
export const ConductorOneIgnored = z.object({ version, ignored: Ignored.shape.ignored })

const Comment = z.object({ comment: z.string() })

/** What ConductorOne is told of a delivery of its own: https://www.conductorone.com/docs/product/admin/webhooks */
export const ConductorOneAnswer = z
  .object({
    version,
    complete: z.exactOptional(Comment),
    errored: z.exactOptional(Comment),
    context: z.exactOptional(
      z.object({
        vault: z.nullable(Vault),
        problem: z.nullable(Problem),
        request: z.object({ id: RequestId, status: Status }),
      }),
    ),
  })
  .check(
    z.meta({
      description:
        'What becomes of a provisioning step (`complete`, `errored`), or what an automation goes on with (`context`).',
    }),
  )
