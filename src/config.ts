import * as z from 'zod'
import { ClientId, ClientSecret, type Credentials } from './conductorone/credentials.ts'
import { Policy } from './provisioning/policy.ts'
import { Secret } from './secret.ts'
import { SourceOptions } from './sources/options.ts'

/** What a key may be used for: making vaults, reading one's own requests, reading and settling everyone's. */
export const scopes = ['create', 'read', 'operate'] as const
export type Scope = (typeof scopes)[number]

/** Somebody who may call the API, with one key or several that are valid at once. */
export type CallerEntry = {
  readonly name: string
  readonly keys: readonly Secret[]
  readonly scopes: readonly Scope[]
}

/** Everything that can be configured, checked and ready for use. */
export type Config = {
  readonly credentials: Credentials
  /** the tenant, `https://acme.conductor.one` */
  readonly baseUrl: URL
  readonly dpop: 'off' | 'required'
  readonly webhooks: 'off' | 'on'
  readonly callers: readonly CallerEntry[]
  readonly webhookSecrets: Readonly<Record<string, readonly Secret[]>>
  /** the key that signs result callbacks, decoded */
  readonly callbackKey: Secret | undefined
  readonly policy: Policy
  /** how deliveries are read */
  readonly sources: SourceOptions
  /** where results may be written into tickets, by sender */
  readonly ticketTokens: Readonly<Partial<Record<TicketSystem, TicketAccess>>>
}

/** The senders whose tickets a result can be written into. */
const ticketSystems = ['github', 'gitlab', 'jira', 'zendesk', 'linear'] as const
export type TicketSystem = (typeof ticketSystems)[number]

/** The right to comment on tickets. */
export type TicketAccess = {
  readonly token: Secret
  /** who the token belongs to, where the system asks for both */
  readonly user?: string | undefined
  /** where the system is, if not where everyone's is */
  readonly host?: string | undefined
}

/** Objects may stand as TOML tables or as JSON text. */
function objectOrJson<T extends z.ZodType>(schema: T) {
  return z.preprocess((value, context) => {
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' })
      return z.NEVER
    }
  }, schema)
}

const ApiKey = z
  .string({ error: 'must be a key' })
  .min(32, { error: 'is shorter than 32 characters; make a longer one' })
  .regex(/^[\x21-\x7e]*$/, { error: 'has characters that a header cannot carry; use letters and digits' })
  .transform((key) => new Secret(key))

const oneOrMore = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z.array(schema).min(1, { error: 'is empty' }),
  )

const Caller = z.preprocess(
  (value) => (typeof value === 'string' ? { key: value } : value),
  z.strictObject({
    key: oneOrMore(ApiKey),
    scopes: z
      .array(z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` }))
      .min(1, { error: 'is empty' })
      .default(['create', 'read']),
  }),
)

// A name in the place of a key is a mistake that would print the key, so a long name is never printed.
const Name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,30}$/)

const ApiKeys = objectOrJson(
  z.record(Name, Caller, { error: 'must be an object of caller names (31 characters at most) and keys' }),
)
  .transform((callers) =>
    Object.entries(callers).map(([name, { key, scopes }]) => ({ name, keys: key, scopes })),
  )
  .refine((callers) => callers.length > 0, { error: 'names no caller' })
  .refine(
    (callers) => {
      const keys = callers.flatMap((caller) => caller.keys.map((key) => key.reveal()))
      return new Set(keys).size === keys.length
    },
    { error: 'gives one key to two callers; each needs its own' },
  )

/** Secrets out of the vendors' documentation and test buttons: anyone can sign with them. */
const PUBLISHED = [
  'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
  "It's a Secret to Everybody",
  '8f742231b10e8888abcd99yyyzzz85a5',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
]

const WebhookSecret = z
  .string({ error: 'must be a secret' })
  .min(8, { error: 'is shorter than 8 characters' })
  .refine((secret) => !PUBLISHED.includes(secret), {
    error: 'is a secret from the sender’s documentation, with which anyone can sign; make one of your own',
  })
  .transform((secret) => new Secret(secret))

const TicketTokens = z
  .partialRecord(
    z.enum(ticketSystems, { error: `must be one of ${ticketSystems.join(', ')}` }),
    z.preprocess(
      (value) => (typeof value === 'string' ? { token: value } : value),
      z.strictObject({
        token: z
          .string()
          .min(8, { error: 'is shorter than 8 characters' })
          .transform((token) => new Secret(token)),
        user: z.string().min(1).optional(),
        host: z
          .string()
          .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a host such as "acme.zendesk.com"' })
          .optional(),
      }),
    ),
  )
  .superRefine((tokens, context) => {
    for (const system of ['jira', 'zendesk'] as const)
      if (tokens[system] && !(tokens[system].user && tokens[system].host))
        context.addIssue({
          code: 'custom',
          path: [system],
          message: 'needs `user` and `host` beside `token`',
        })
  })

const CallbackSecret = z
  .string()
  .regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
    error: 'must be whsec_ followed by the base64 of 24 to 64 random bytes',
  })
  .transform((secret) => new Secret(secret.slice('whsec_'.length)))

const BaseUrl = z.string().transform((text, context) => {
  const url = URL.parse(text)
  const fault = !url
    ? 'is no URL'
    : url.username || url.password || url.search || url.hash
      ? 'must be a scheme, a host and a path only'
      : url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
        ? undefined
        : 'must be https; plain http is for a loopback address only'
  if (url && !fault) return url
  context.addIssue({ code: 'custom', message: fault ?? 'is no URL' })
  return z.NEVER
})

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function choice<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be ${values.map((value) => `"${value}"`).join(' or ')}` })
}

const Binding = z.custom<object>((value) => typeof value === 'object' && value !== null, {
  error: 'is not bound; see wrangler.toml',
})

/** An optional setting may be left empty: the Deploy button writes blanks. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const Environment = z.object({
  CONDUCTORONE_CLIENT_ID: ClientId,
  CONDUCTORONE_CLIENT_SECRET: ClientSecret,
  CONDUCTORONE_BASE_URL: optional(BaseUrl),
  CONDUCTORONE_DPOP: optional(choice('off', 'required')),
  CONDUCTORONE_WEBHOOKS: optional(choice('off', 'on')),
  API_KEYS: ApiKeys,
  WEBHOOK_SECRETS: optional(objectOrJson(z.record(Name, oneOrMore(WebhookSecret)))),
  SOURCES: optional(objectOrJson(SourceOptions)),
  TICKET_TOKENS: optional(objectOrJson(TicketTokens)),
  CALLBACK_SECRET: optional(CallbackSecret),
  POLICY: optional(objectOrJson(Policy)),
  TOKEN_CACHE: Binding,
  LEDGER: Binding,
  PROVISION: Binding,
})

/** A configuration with which this Worker cannot work. */
export class ConfigurationError extends Error {
  /** every fault, each with the name of the setting; no value is ever repeated */
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`The configuration is wrong. ${faults.join('. ')}.`)
    this.faults = faults
  }
}

/**
 * @param env the Worker's bindings, as the platform gives them
 * @returns the configuration
 * @throws {ConfigurationError} naming everything that is wrong, at once
 */
export function parseConfig(env: object): Config {
  const parsed = Environment.safeParse(env)
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map(fault))
  const { data } = parsed
  const { clientId, host } = data.CONDUCTORONE_CLIENT_ID
  return {
    credentials: { clientId, host, ...data.CONDUCTORONE_CLIENT_SECRET },
    baseUrl: data.CONDUCTORONE_BASE_URL ?? new URL(`https://${host}`),
    dpop: data.CONDUCTORONE_DPOP ?? 'off',
    webhooks: data.CONDUCTORONE_WEBHOOKS ?? 'off',
    callers: data.API_KEYS,
    webhookSecrets: data.WEBHOOK_SECRETS ?? {},
    callbackKey: data.CALLBACK_SECRET,
    policy: data.POLICY ?? Policy.parse({}),
    sources: data.SOURCES ?? SourceOptions.parse({}),
    ticketTokens: data.TICKET_TOKENS ?? {},
  }
}

function fault(issue: z.core.$ZodIssue): string {
  const [setting, ...path] = issue.path.map(String)
  const place = path.filter((part) => Name.safeParse(part).success || /^\d+$/.test(part))
  const names =
    issue.code === 'unrecognized_keys' ? ` (${issue.keys.filter((key) => key.length < 32).join(', ')})` : ''
  const what =
    issue.code === 'invalid_key'
      ? 'has a name that is not 1 to 31 letters, digits, dots or dashes'
      : issue.message
  return `${[setting, ...place].join('.')} ${what}${names}`
}
