import * as z from 'zod/mini'

/** 200 of `GET /healthz`. */
export const Healthy = z.object({ status: z.literal('ok') }).check(z.meta({ description: 'It runs.' }))

const checks = z.exactOptional(
  z
    .array(
      z.object({
        name: z.string().check(z.meta({ description: 'What was checked.' })),
        ok: z.boolean(),
        do: z
          .exactOptional(z.string())
          .check(z.meta({ description: 'What is wrong and what to do about it.' })),
      }),
    )
    .check(z.meta({ description: 'To operators: what was checked, up to the first that failed.' })),
)

/** 200 of `GET /readyz`. */
export const Ready = z
  .object({ status: z.literal('ready'), checks })
  .check(z.meta({ description: 'It could make a vault.' }))

/** 503 of `GET /readyz`. */
export const Unready = z
  .object({ status: z.literal('unavailable'), checks })
  .check(z.meta({ description: 'It could not make a vault.' }))

/** 200 of `GET /v1/caller`. */
export const CurrentCaller = z
  .object({
    name: z.string().check(z.meta({ description: 'The name of the caller in API_KEYS.' })),
    scopes: z.array(z.enum(['create', 'read', 'operate'])),
    tenant: z
      .nullable(z.string())
      .check(z.meta({ description: 'The address of ConductorOne’s web pages; null for a simulator.' })),
  })
  .check(z.meta({ description: 'Whose key it is and what it may do.' }))
