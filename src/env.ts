import type { Ledger } from './ledger/ledger.ts'
import type { ProvisionParameters } from './ledger/start-workflow.ts'

/** The Worker's bindings. Settings are `unknown` until {@link parseConfig} has checked them. */
export type Bindings = {
  readonly CONDUCTORONE_CLIENT_ID: unknown
  readonly CONDUCTORONE_CLIENT_SECRET: unknown
  readonly CONDUCTORONE_BASE_URL?: unknown
  readonly CONDUCTORONE_DPOP?: unknown
  readonly CONDUCTORONE_WEBHOOKS?: unknown
  readonly CONDUCTORONE_SYSTEM_LOG?: unknown
  readonly API_KEYS: unknown
  readonly WEBHOOK_SECRETS?: unknown
  readonly CALLBACK_SECRET?: unknown
  readonly ALERT_WEBHOOK?: unknown
  readonly LEDGER_JURISDICTION?: unknown
  readonly POLICY?: unknown
  readonly REGISTER_DAYS?: unknown
  readonly SOURCES?: unknown
  readonly TICKET_TOKENS?: unknown
  readonly SLACK_BOT_TOKEN?: unknown
  readonly TOKEN_CACHE: KVNamespace
  readonly LEDGER: DurableObjectNamespace<Ledger>
  readonly PROVISION: Workflow<ProvisionParameters>
  /** absent in a `wrangler.toml` of an earlier version: then no one is told what needs an operator */
  readonly DAILY_CHECK?: Workflow
  readonly RATE_LIMIT?: RateLimit
  /** the files of `public/` */
  readonly PAGES?: Fetcher
}
