import { type Config, ConfigurationError, parseConfig } from '../../src/config/config.ts'
import { isLoopback } from '../../src/lib/loopback.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { sizeNotes } from './setting-size.ts'
import type { Settings } from './settings-file.ts'

/** Stands for the bindings, which are checked apart, in the words of `wrangler.toml`. */
const BINDINGS = { TOKEN_CACHE: {}, LEDGER: {}, PROVISION: {}, PAGES: {} }

/**
 * Reads settings as the Worker will.
 *
 * @param vars what `wrangler.toml` has under `[vars]`
 * @param settings what stands in `.dev.vars` or a secrets file; goes before `vars`
 * @param isDeployed whether the settings are for a deploy, and not for this machine
 * @returns every fault, and the configuration if there is none
 */
export function checkConfiguration(
  vars: Readonly<Record<string, unknown>>,
  settings: Settings,
  isDeployed = false,
): { findings: Finding[]; config?: Config } {
  try {
    const config = parseConfig({ ...vars, ...settings, ...BINDINGS })
    return {
      findings: [
        ok('settings', 'are valid'),
        callersFinding(config),
        ledgerFinding(config),
        ...callbackWarnings(vars, settings),
        ...operatorWarnings(config),
        ...tokenWarnings(config),
        ...(isDeployed ? tenantWarnings(config) : []),
        ...sizeFindings({ ...vars, ...settings }),
      ],
      config,
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { findings: error.faults.map(faultFinding) }
  }
}

/** Makes a finding of a fault, which begins with the setting’s name and the place in it. */
function faultFinding(fault: string): Finding {
  const [name = '', ...says] = fault.split(' ')
  return wrong(name, says.join(' '))
}

function callersFinding({ callers, webhookSecrets }: Config): Finding {
  const senders = Object.keys(webhookSecrets)
  const names = callers.map(({ name, scopes }) => `${name} (${scopes.join(', ')})`)
  return ok('callers', [...names, ...senders.map((sender) => `webhooks of ${sender}`)].join('; '))
}

function ledgerFinding({ ledgerJurisdiction }: Config): Finding {
  const place = ledgerJurisdiction
    ? `stays in the jurisdiction ${ledgerJurisdiction}`
    : 'is kept near its first callers: LEDGER_JURISDICTION is not set'
  return ok('ledger', place)
}

function tenantWarnings({ baseUrl }: Config): Finding[] {
  if (!isLoopback(baseUrl.hostname)) return []
  const says = `is at ${baseUrl.host}, which only this machine can reach: a deployed Worker needs the tenant’s own address`
  return [warning('tenant', says)]
}

/** Warns if the Worker sends no callbacks for want of a secret, which it does without a word. */
function callbackWarnings(vars: Readonly<Record<string, unknown>>, settings: Settings): Finding[] {
  const { policy } = parseConfig({ ...vars, ...settings, ...BINDINGS, CALLBACK_SECRET: PLACEHOLDER })
  if (policy.allowedCallbackHosts.length === 0 || settings.CALLBACK_SECRET) return []
  return [
    warning(
      'CALLBACK_SECRET',
      'is missing, so no result is sent to POLICY.allowedCallbackHosts: npm run setup makes one',
    ),
  ]
}

/** Warns if there is no operator. */
function operatorWarnings({ callers }: Config): Finding[] {
  if (callers.some(({ scopes }) => scopes.includes('operate'))) return []
  const says =
    'is not given to any caller, so an unknown outcome cannot be settled by hand: npm run setup -- --add operator NAME'
  return [warning('operate', says)]
}

/** Warns of tokens that will end: https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/ */
function tokenWarnings({ ticketTokens }: Config): Finding[] {
  if (ticketTokens.zendesk?.kind !== 'token') return []
  return [
    warning(
      'TICKET_TOKENS',
      'has an API token of Zendesk, all of which end on 2027-04-30: put an OAuth client there, see docs/recipes/zendesk.md',
    ),
  ]
}

function sizeFindings(settings: Readonly<Record<string, unknown>>): Finding[] {
  return sizeNotes(settings).map(({ name, isOver, says }) => (isOver ? wrong : warning)(name, says))
}

const PLACEHOLDER = `whsec_${'A'.repeat(32)}`
