import * as z from 'zod/mini'
import { Vault as BareVault } from '../../src/conductorone/wire.ts'

/** A request's id. */
export const RequestId = z.string().check(
  z.regex(/^req_[0-9a-z]{24}$/),
  z.meta({
    description: 'The id of a request. Ids sort by the time at which they were made.',
    examples: ['req_01m83setgvfryzrhs4470v10'],
  }),
)

/** A point in time. */
export const Instant = z
  .string()
  .check(z.meta({ format: 'date-time', examples: ['2026-10-23T09:30:00.000Z'] }))

/** A vault as ConductorOne answers it. */
export const Vault = BareVault.check(
  z.meta({
    description:
      'A vault as ConductorOne answers it. Its id is sure; every other field is passed on as it came, unknown ones ' +
      'included.',
  }),
)

/** An owner as people wrote it, and the user that this is. */
export const FoundOwner = z
  .object({
    input: z
      .string()
      .check(z.meta({ description: 'As it stands in the request.', examples: ['owner@example.com'] })),
    id: z.string().check(z.meta({ description: 'The ConductorOne user id.' })),
  })
  .check(z.meta({ description: 'An owner as the request named it, and the ConductorOne user that this is.' }))

/** An owner of a request, looked up or not. */
export const RecordOwner = z
  .object({
    input: FoundOwner.shape.input,
    id: z
      .nullable(z.string())
      .check(z.meta({ description: 'The ConductorOne user id; null until the owner is looked up.' })),
  })
  .check(z.meta({ description: 'An owner as the request named it.' }))

/** One field at fault. */
export const FieldFault = z
  .object({
    pointer: z.string().check(
      z.meta({
        description:
          'Where the field stands: a JSON pointer (RFC 6901) into the body, or `/` and the name of a query parameter. ' +
          'Blank for the whole body.',
        examples: ['/owners/0'],
      }),
    ),
    detail: z
      .string()
      .check(z.meta({ description: 'What is wrong with it.', examples: ['must not be empty'] })),
  })
  .check(z.meta({ description: 'One field at fault.' }))

/** What ConductorOne said. */
export const Upstream = z
  .object({
    status: z
      .exactOptional(z.int())
      .check(z.meta({ description: 'The HTTP status that ConductorOne answered.' })),
    code: z
      .exactOptional(z.union([z.number(), z.string()]))
      .check(z.meta({ description: 'The `code` of its `google.rpc.Status`.' })),
    message: z
      .exactOptional(z.string())
      .check(z.meta({ description: 'The `message` of its `google.rpc.Status`.' })),
  })
  .check(z.meta({ description: 'What ConductorOne said, as far as it could be read.' }))
