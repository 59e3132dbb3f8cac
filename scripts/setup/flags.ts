import { parseArgs } from 'node:util'

/** What `npm run setup -- --help` says. */
export const USAGE = `Asks for what a deployment needs, checks the credential at its tenant, and writes it down. Where everything is said
by flags and in the environment nobody is asked, so it runs in scripts too.

  npm run setup                                       asks
  npm run setup -- --secrets-file .secrets.json       for npm run deploy, instead of .dev.vars for npm run dev

  --dev-vars              write .dev.vars, beside wrangler.toml
  --secrets-file FILE     write this file instead, JSON for wrangler deploy --secrets-file
  --replace               replace a file that is there
  --yes                   ask nothing: what is not said is as by default
  --config FILE           another wrangler.toml; the policy is written into it

  --client-id ID          of the credential; or CONDUCTORONE_CLIENT_ID in the environment
                          Its secret is asked for, or taken from CONDUCTORONE_CLIENT_SECRET: other users of a machine
                          see the flags of a process.
  --base-url URL          instead of the tenant's own address: a proxy; or CONDUCTORONE_BASE_URL
  --dpop                  the credential was made with "Require DPoP"
  --callers NAMES         who gets a new API key that may create vaults and read its own requests (runbook)
  --operators NAMES       who gets one that may read everyone's requests and settle unknown outcomes
  --senders NAMES         which systems get a new webhook secret
  --owners ADDRESSES      who owns vaults of requests that name no owner
  --owner-domains NAMES   where owners' addresses may be; anywhere by default
  --require-ticket        refuse requests without a ticket
  --callback-hosts HOSTS  where results may be posted to; makes a secret that signs them

Names are separated by commas. API_KEYS, WEBHOOK_SECRETS and CALLBACK_SECRET in the environment are kept as they are.
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
  callers: { type: 'string' },
  operators: { type: 'string' },
  senders: { type: 'string' },
  owners: { type: 'string' },
  'owner-domains': { type: 'string' },
  'require-ticket': { type: 'boolean' },
  'callback-hosts': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** What was said on the command line. */
export type Flags = ReturnType<typeof readFlags>

/**
 * @returns what this process was started with
 * @throws {Error} where that cannot be understood
 */
export function readFlags() {
  const { values } = parseArgs({ options: flags })
  if (values['dev-vars'] && values['secrets-file'] !== undefined)
    throw new Error('Either --dev-vars or --secrets-file: one run writes one file.')
  return values
}
