import * as z from 'zod/mini'
import { fromBase64url } from '../lib/encoding.ts'
import { Secret } from '../lib/secret.ts'
import { bareEnds, refuse } from './setting.ts'

/** A ConductorOne credential: who we are and the key that proves it. */
export type Credentials = {
  readonly clientId: string
  /** the tenant's host, with a port if the client id names one */
  readonly host: string
  /** the whole client secret as ConductorOne showed it */
  readonly clientSecret: Secret
  /** the Ed25519 private key in it (RFC 8037, section 2) */
  readonly privateKey: PrivateJwk
}

/** An Ed25519 private key: RFC 8037, section 2. */
const PrivateJwk = z.looseObject(
  {
    kty: z.enum(['OKP'], { error: 'holds a key that is not an Ed25519 key (`kty` must be "OKP")' }),
    crv: z.enum(['Ed25519'], { error: 'holds a key on another curve than Ed25519 (`crv`)' }),
    x: z
      .string({ error: 'holds a key whose public half `x` is missing' })
      .check(z.regex(/^[\w-]{43}$/, { error: 'holds a key whose public half `x` is not 32 bytes' })),
    d: z
      .string({ error: 'holds a public key only: `d`, the private half, is missing' })
      .check(z.regex(/^[\w-]{43}$/, { error: 'holds a key whose private half `d` is not 32 bytes' })),
    kid: z.optional(z.string({ error: 'holds a key whose name `kid` is not text' })),
  },
  { error: 'holds no key that can be read; copy it whole' },
)
export type PrivateJwk = z.output<typeof PrivateJwk>

const PREFIX = 'secret-token:conductorone.com:v1:'

/**
 * A client id, `<name>@<host>/<use-case>`; the host may carry a port.
 *
 * @see https://www.conductorone.com/docs/api/authenticate
 */
export const ClientId = z.pipe(
  z
    .string({ error: 'is missing: the client id that ConductorOne showed with the credential' })
    .check(bareEnds),
  z.transform((clientId: string, context) => {
    const [, host] = /^[^@/\s]+@([a-z0-9.-]+(?::\d+)?)\/[a-z]+$/i.exec(clientId) ?? []
    if (host) return { clientId, host: host.toLowerCase() }
    return refuse(context, 'is not of the form <name>@<host>/<use-case>')
  }),
)

/**
 * A client secret, `secret-token:conductorone.com:v1:<base64url of an Ed25519 private JWK>`. No message repeats any
 * part of it.
 */
export const ClientSecret = z.pipe(
  z
    .string({
      error: 'is missing: the client secret that ConductorOne showed once, when the credential was made',
    })
    .check(bareEnds),
  z.transform((text: string, context) => {
    if (!text.startsWith(PREFIX)) return refuse(context, `does not begin with ${PREFIX}; copy it whole`)
    const parsed = PrivateJwk.safeParse(decoded(text.slice(PREFIX.length)))
    if (!parsed.success) return refuse(context, parsed.error.issues.map(({ message }) => message).join('; '))
    return { clientSecret: new Secret(text), privateKey: parsed.data }
  }),
)

/** Reads the JSON value behind base64url; undefined if there is none. */
function decoded(base64url: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(fromBase64url(base64url)))
  } catch {
    return undefined
  }
}
