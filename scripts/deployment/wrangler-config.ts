import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Unstable_Config, unstable_readConfig } from 'wrangler'
import { type Finding, ok, quoted, unchecked, warning, wrong } from './finding.ts'

/** `wrangler.toml` as wrangler understands it. */
export type WranglerConfig = Unstable_Config

/**
 * Reads `wrangler.toml`.
 *
 * @param path of the file
 * @returns what it says, or the one finding that says why it cannot be read
 */
export function readWranglerConfig(path: string): WranglerConfig | Finding {
  if (!existsSync(path))
    return wrong('file', `there is no ${path}: run this in the project’s folder, or use --config`)
  try {
    return unstable_readConfig({ config: path }, { hideWarnings: true })
  } catch (error) {
    return wrong('file', `cannot be read: ${quoted(error instanceof Error ? error.message : '')}`)
  }
}

type Row = {
  readonly name: string
  readonly bound: (config: WranglerConfig) => boolean
  /** the lines that are missing */
  readonly lines: string
  /** what is lost without it, if the Worker works all the same */
  readonly optional?: string
}

/** Everything that the Worker is given beside its settings. */
const BINDINGS: readonly Row[] = [
  {
    name: 'TOKEN_CACHE',
    bound: ({ kv_namespaces }) => kv_namespaces.some(({ binding }) => binding === 'TOKEN_CACHE'),
    lines: '[[kv_namespaces]] with binding = "TOKEN_CACHE"',
  },
  {
    name: 'LEDGER',
    bound: ({ durable_objects: { bindings } }) =>
      bindings.some(({ name, class_name }) => name === 'LEDGER' && class_name === 'Ledger'),
    lines: '[[durable_objects.bindings]] with name = "LEDGER" and class_name = "Ledger"',
  },
  {
    name: 'migration',
    bound: ({ migrations }) =>
      migrations.some(({ new_sqlite_classes }) => new_sqlite_classes?.includes('Ledger')),
    lines: '[[migrations]] with tag = "v1" and new_sqlite_classes = ["Ledger"]',
  },
  {
    name: 'PROVISION',
    bound: ({ workflows }) =>
      workflows.some(({ binding, class_name }) => binding === 'PROVISION' && class_name === 'Provision'),
    lines: '[[workflows]] with binding = "PROVISION" and class_name = "Provision"',
  },
  {
    name: 'DAILY_CHECK',
    bound: ({ workflows, triggers }) =>
      workflows.some(({ binding, class_name }) => binding === 'DAILY_CHECK' && class_name === 'DailyCheck') &&
      (triggers.crons?.length ?? 0) > 0,
    lines:
      '[[workflows]] with binding = "DAILY_CHECK" and class_name = "DailyCheck", and [triggers] with crons',
    optional: 'ALERT_WEBHOOK is not told of what needs an operator',
  },
  {
    name: 'RATE_LIMIT',
    bound: ({ ratelimits }) => (ratelimits ?? []).some(({ name }) => name === 'RATE_LIMIT'),
    lines: '[[ratelimits]] with name = "RATE_LIMIT"',
    optional: 'nothing is limited',
  },
]

/** Settings that are secrets and must not be in a file that goes into the repository. */
export const SECRETS = [
  'CONDUCTORONE_CLIENT_SECRET',
  'API_KEYS',
  'WEBHOOK_SECRETS',
  'CALLBACK_SECRET',
  'TICKET_TOKENS',
  'SLACK_BOT_TOKEN',
  'ALERT_WEBHOOK',
]

/**
 * Checks that everything is bound that the Worker needs.
 *
 * @param config from {@link readWranglerConfig}
 * @param path of the file; its folders are relative to it
 * @returns what is bound, what is missing, and what does not belong there
 */
export function checkBindings(config: WranglerConfig, path: string): Finding[] {
  const exposed = SECRETS.filter((name) => config.vars[name])
  return [
    ...BINDINGS.map(bindingFinding(config)),
    assetsFinding(config, path),
    ...exposed.map((name) =>
      wrong(name, 'can be read by everyone who has the file: make a new one and set it as a secret'),
    ),
  ]
}

function bindingFinding(config: WranglerConfig) {
  return ({ name, bound, lines, optional }: Row): Finding => {
    if (bound(config)) return ok(name, 'is there')
    if (optional) return warning(name, `is not bound, so ${optional}: add ${lines}`)
    return wrong(name, `is missing: add ${lines}`)
  }
}

function assetsFinding({ assets }: WranglerConfig, path: string): Finding {
  if (!assets?.directory) return unchecked('assets', 'none are configured')
  return existsSync(resolve(dirname(path), assets.directory))
    ? ok('assets', 'are there')
    : wrong(
        'assets',
        `the folder ${assets.directory} is missing, and without it nothing is deployed: take it from the repository`,
      )
}
