import * as z from 'zod/mini'
import { isLoopback } from '../lib/loopback.ts'
import type { Secret } from '../lib/secret.ts'
import { AlertWebhook } from './alert-webhook.ts'
import { ApiKeys, type Caller } from './api-keys.ts'
import { CallbackSecret } from './callback-secret.ts'
import { joinContinued } from './continued.ts'
import { ClientId, ClientSecret, type Credentials } from './credentials.ts'
import { Policy } from './policy.ts'
import type { TicketSystem } from './senders.ts'
import { hide, Name, objectOrJson, optional, refuse } from './setting.ts'
import { SourceOptions } from './source-options.ts'
import { type TicketAccess, TicketTokens } from './ticket-tokens.ts'
import { WebhookSecrets } from './webhook-secrets.ts'

export const DEFAULT_REGISTER_DAYS = 400
export const MAX_REGISTER_DAYS = 10_000
const REGISTER_DAYS_FAULT = `must be a whole number of days from 0 (off) to ${MAX_REGISTER_DAYS}`

/** Everything that can be configured, checked and ready for use. */
export type Config = {
  readonly credentials: Credentials
  /** the tenant, `https://acme.conductor.one` */
  readonly baseUrl: URL
  readonly dpop: 'off' | 'required'
  readonly webhooks: 'off' | 'on'
  /** whether lost vaults are searched for in ConductorOne's system log */
  readonly systemLog: 'off' | 'on'
  readonly callers: readonly Caller[]
  readonly webhookSecrets: Readonly<Record<string, readonly Secret[]>>
  /** the key that signs result callbacks, in base64 */
  readonly callbackKey: Secret | undefined
  /** the address that is told what needs an operator */
  readonly alertWebhook: Secret | undefined
  /** for how many days the register remembers a vault that was made; 0 for not at all */
  readonly registerDays: number
  /** where the ledger's objects must stay, before the first deploy */
  readonly ledgerJurisdiction: 'eu' | 'us' | 'fedramp' | undefined
  readonly policy: Policy
  /** how deliveries are read */
  readonly sources: SourceOptions
  /** lets people be looked up and forms be opened in Slack */
  readonly slackToken: Secret | undefined
  /** where results may be written into tickets, by sender */
  readonly ticketTokens: Readonly<Partial<Record<TicketSystem, TicketAccess>>>
}

const BaseUrl = z.pipe(
  z.string(),
  z.transform((text: string, context) => {
    const url = URL.parse(text)
    const fault = url ? baseUrlFault(url) : 'is not a URL'
    if (url && fault === undefined) return url
    return refuse(context, fault ?? '')
  }),
)

function baseUrlFault({ protocol, hostname, username, password, search, hash }: URL): string | undefined {
  if (username || password || search || hash) return 'must be a scheme, a host and a path only'
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return undefined
  return 'must be https; plain http is for a loopback address only'
}

function choice<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be ${values.map((value) => `"${value}"`).join(' or ')}` })
}

const SlackToken = z.pipe(
  z.string().check(z.regex(/^xoxb-[\w-]{10,}$/, { error: 'must be a bot token, which begins with xoxb-' })),
  hide,
)

/** Numbers may stand as text: a variable of the dashboard is always text. */
const RegisterDays = z.pipe(
  z.transform((value: unknown) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value)),
  z
    .int({ error: REGISTER_DAYS_FAULT })
    .check(
      z.minimum(0, { error: REGISTER_DAYS_FAULT }),
      z.maximum(MAX_REGISTER_DAYS, { error: REGISTER_DAYS_FAULT }),
    ),
)

const Binding = z.unknown().check(
  z.refine((value) => typeof value === 'object' && value !== null, {
    error: 'is not bound; see wrangler.toml',
  }),
)

/** What the Worker is given: settings by their names, and what is bound. */
export const Environment = z.object({
  CONDUCTORONE_CLIENT_ID: ClientId,
  CONDUCTORONE_CLIENT_SECRET: ClientSecret,
  CONDUCTORONE_BASE_URL: optional(BaseUrl),
  CONDUCTORONE_DPOP: optional(choice('off', 'required')),
  CONDUCTORONE_WEBHOOKS: optional(choice('off', 'on')),
  CONDUCTORONE_SYSTEM_LOG: optional(choice('off', 'on')),
  API_KEYS: ApiKeys,
  WEBHOOK_SECRETS: optional(WebhookSecrets),
  SOURCES: optional(objectOrJson(SourceOptions)),
  TICKET_TOKENS: optional(TicketTokens),
  SLACK_BOT_TOKEN: optional(SlackToken),
  CALLBACK_SECRET: optional(CallbackSecret),
  ALERT_WEBHOOK: optional(AlertWebhook),
  REGISTER_DAYS: optional(RegisterDays),
  LEDGER_JURISDICTION: optional(choice('eu', 'us', 'fedramp')),
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
 * Reads every setting, and finds everything that is wrong with them.
 *
 * @param env the Worker's bindings, as the platform gives them
 * @returns the configuration
 * @throws {ConfigurationError} naming everything that is wrong, at once
 */
export function parseConfig(env: object): Config {
  const joined = joinContinued(env)
  const parsed = Environment.safeParse(joined.env)
  const faults = [...joined.faults, ...(parsed.error?.issues.map(fault) ?? [])]
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults)
  const { data } = parsed
  const { clientId, host } = data.CONDUCTORONE_CLIENT_ID
  const policy = data.POLICY ?? Policy.parse({})
  return {
    credentials: { clientId, host, ...data.CONDUCTORONE_CLIENT_SECRET },
    baseUrl: data.CONDUCTORONE_BASE_URL ?? new URL(`https://${host}`),
    dpop: data.CONDUCTORONE_DPOP ?? 'off',
    webhooks: data.CONDUCTORONE_WEBHOOKS ?? 'off',
    systemLog: data.CONDUCTORONE_SYSTEM_LOG ?? 'on',
    callers: data.API_KEYS,
    webhookSecrets: data.WEBHOOK_SECRETS ?? {},
    callbackKey: data.CALLBACK_SECRET,
    alertWebhook: data.ALERT_WEBHOOK,
    ledgerJurisdiction: data.LEDGER_JURISDICTION,
    registerDays: data.REGISTER_DAYS ?? DEFAULT_REGISTER_DAYS,
    // a result that cannot be signed is sent nowhere
    policy: data.CALLBACK_SECRET ? policy : { ...policy, allowedCallbackHosts: [] },
    sources: data.SOURCES ?? SourceOptions.parse({}),
    slackToken: data.SLACK_BOT_TOKEN,
    ticketTokens: data.TICKET_TOKENS ?? {},
  }
}

/** Settings in which a secret may stand where a name belongs, so that unknown names are not repeated. */
const SECRETIVE = ['WEBHOOK_SECRETS', 'TICKET_TOKENS']

function fault(issue: z.core.$ZodIssue): string {
  const [setting = '', ...path] = issue.path
    .slice(0, issue.code === 'invalid_key' ? -1 : undefined)
    .map(String)
  const place = path.filter((part) => Name.safeParse(part).success || /^\d+$/.test(part))
  return `${[setting, ...place].join('.')} ${what(issue, setting)}`
}

function what(issue: z.core.$ZodIssue, setting: string): string {
  switch (issue.code) {
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a wrong name'
    case 'unrecognized_keys': {
      // zod's own message repeats whatever stands there
      const names = issue.keys.filter((key) => Name.safeParse(key).success)
      return SECRETIVE.includes(setting)
        ? 'has an unknown name'
        : ['has an unknown field', ...names].join(' ')
    }
    default:
      return issue.message
  }
}
