import { parseArgs } from 'node:util'
import type { Kind } from './add.ts'

/** The answer to `npm run setup -- --help`. */
export const USAGE = `Asks for what a deployment needs, checks the credential at its tenant, and
writes the settings. If flags and the environment have everything, it asks
nothing, so it runs in scripts too.

  npm run setup                                   asks
  npm run setup -- --secrets-file .secrets.json   for npm run deploy, instead of
                                                  .dev.vars for npm run dev
  npm run setup -- --add sender github            adds one to a settings file
  npm run setup -- --add caller deploy-bot        that is there, and says how to
  npm run setup -- --add operator jane            install it

  --dev-vars              write .dev.vars, beside wrangler.toml
  --secrets-file FILE     write this file instead, as JSON
  --replace               replace a file that is there
  --yes                   ask nothing: take the default of what is not given
  --config FILE           another wrangler.toml; the policy is written into it

  --client-id ID          of the credential; or CONDUCTORONE_CLIENT_ID in the
                          environment. The secret is asked for, or taken from
                          CONDUCTORONE_CLIENT_SECRET, since other users of this
                          machine see the flags of a process.
  --base-url URL          a proxy, instead of the tenant's own address; or
                          CONDUCTORONE_BASE_URL
  --dpop                  the credential was made with "Require DPoP"
  --callers NAMES         callers that get a new API key; they may create
                          vaults and read their own requests (runbook)
  --operators NAMES       callers that may read everyone's requests and settle
                          unknown outcomes
  --senders NAMES         systems that get a new webhook secret
  --owners ADDRESSES      owners of vaults whose request names none
  --owner-domains NAMES   e-mail domains that owners may have (any)
  --min-owners NUMBER     owners that each vault must have (1; 2 is better)
  --require-ticket        refuse requests without a ticket
  --callback-hosts HOSTS  hosts that results may be posted to; makes a secret
                          that signs them
  --register-days NUMBER  days for which made vaults are remembered (400)

Commas separate names. API_KEYS, WEBHOOK_SECRETS, CALLBACK_SECRET and
ALERT_WEBHOOK in the environment are kept as they are. With --add sender,
WEBHOOK_SECRET may hold the secret that the sender shows.
Exit status: 0 written, 1 nothing was written, 2 not understood, 130 broken off.
`

const flags = {
  'dev-vars': { type: 'boolean' },
  'secrets-file': { type: 'string' },
  replace: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  config: { type: 'string', default: 'wrangler.toml' },
  'client-id': { type: 'string' },
  'base-url': { type: 'string' },
  dpop: { type: 'boolean' },
  add: { type: 'string' },
  callers: { type: 'string' },
  operators: { type: 'string' },
  senders: { type: 'string' },
  owners: { type: 'string' },
  'owner-domains': { type: 'string' },
  'min-owners': { type: 'string' },
  'require-ticket': { type: 'boolean' },
  'callback-hosts': { type: 'string' },
  'register-days': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** The command line of this process. */
export type Flags = ReturnType<typeof readFlags>

/**
 * Reads the command line of this process.
 *
 * @returns the flags; `name` is the name of what is to be added
 * @throws {Error} if that cannot be understood
 */
export function readFlags() {
  const { values, positionals } = parseArgs({ options: flags, allowPositionals: true })
  const { add, ...rest } = values
  if (values['dev-vars'] && values['secrets-file'] !== undefined)
    throw new Error('Either --dev-vars or --secrets-file: one run writes one file.')
  if (add !== undefined && !isKind(add)) throw new Error('--add takes sender, caller or operator.')
  const [name, ...others] = positionals
  if (others.length > 0 || (name !== undefined && add === undefined))
    throw new Error(`${others[0] ?? name} is one word too many.`)
  return { ...rest, add, name }
}

function isKind(text: string): text is Kind {
  return text === 'sender' || text === 'caller' || text === 'operator'
}
