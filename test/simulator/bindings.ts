import * as z from 'zod'
import type { Tenant } from './tenant.ts'
import { DEFAULT_USERS, type SimulatedUser, simulatedUsers } from './users.ts'

/** What the simulator is started with; the JSON bindings may stand as text or as values. */
export interface Bindings {
  TENANT: DurableObjectNamespace<Tenant>
  CREDENTIALS?: unknown
  USERS?: unknown
}

const credentials = z.array(
  z.object({
    clientId: z.string().min(1),
    publicJwk: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
    secretSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    role: z.enum(['super-admin', 'basic']).default('super-admin'),
    disabled: z.boolean().default(false),
    /** From when on it gets no new tokens; if left out, it never ends. */
    expiresAt: z.iso.datetime().optional(),
    /** Shown only: every address may use it. */
    allowSourceCidrs: z.array(z.string()).default([]),
    /** C1's option "Require DPoP". */
    requireDpop: z.boolean().default(false),
  }),
)

/** A service principal's credential as the tenant knows it: the public half, and a digest of the secret. */
export type Credential = z.output<typeof credentials>[number]

/** The same as it is written in the `CREDENTIALS` binding. */
export type CredentialInput = z.input<typeof credentials>[number]

/**
 * The tenant as a credential names it: the part of the client id between `@` and the next `/`, without a port. Client
 * assertions and proofs of possession are made for it, whichever way the request took.
 *
 * @param credential one of the tenant's
 * @returns the bare host name
 */
export function tenantHost({ clientId }: Credential): string {
  const host = /@([^/]+)/.exec(clientId)?.[1] ?? ''
  return URL.parse(`https://${host}`)?.hostname ?? ''
}

/**
 * Reads the `CREDENTIALS` binding.
 *
 * @param bindings the Worker's bindings
 * @returns the credentials by client id
 * @throws if the binding is not what it should be: a test setup with a mistake in it must not look like a
 *   tenant that refuses
 */
export function readCredentials(bindings: Bindings): ReadonlyMap<string, Credential> {
  const known = credentials.parse(jsonOf(bindings.CREDENTIALS) ?? [])
  return new Map(known.map((credential) => [credential.clientId, credential]))
}

/**
 * Reads the `USERS` binding.
 *
 * @param bindings the Worker's bindings
 * @returns the users a fresh tenant has
 */
export function readInitialUsers(bindings: Bindings): readonly SimulatedUser[] {
  const given = jsonOf(bindings.USERS)
  return given === undefined ? DEFAULT_USERS : simulatedUsers.parse(given)
}

function jsonOf(binding: unknown): unknown {
  return typeof binding === 'string' ? JSON.parse(binding) : binding
}
