import { Policy } from '../../src/provisioning/policy.ts'
import { ownerFaults } from '../deployment/owners-check.ts'
import { type Access, refusal } from '../deployment/tenant-api.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'
import type { Var } from './wrangler-vars.ts'

/** What of the policy is asked for; the rest of it is for who knows it. */
export type Basics = Pick<
  Policy,
  'defaultOwners' | 'allowedOwnerDomains' | 'requireTicket' | 'allowedCallbackHosts'
>

/**
 * Asks what this deployment allows.
 *
 * @param now the policy as it is
 * @param access to the tenant that knows the owners
 */
export async function askPolicy(
  questions: Questions,
  flags: Flags,
  now: Policy,
  access: Access,
): Promise<Basics> {
  const list = (
    key: 'defaultOwners' | 'allowedOwnerDomains' | 'allowedCallbackHosts',
    flag: 'owners' | 'owner-domains' | 'callback-hosts',
    text: string,
  ) =>
    questions.list({
      text: `${text}${now[key].length > 0 ? ' (- for none)' : ', or Enter for none'}`,
      given: flags[flag],
      source: `--${flag}`,
      fallback: now[key],
      fault: async (answer) =>
        policyFault(key, answer) ??
        (key === 'defaultOwners' ? await unknownOwner(access, answer) : undefined),
    })
  return {
    defaultOwners: await list(
      'defaultOwners',
      'owners',
      'Who owns the vault of a request that names no owner? E-mail addresses',
    ),
    allowedOwnerDomains: await list(
      'allowedOwnerDomains',
      'owner-domains',
      'Where must the addresses of owners be? Domains',
    ),
    requireTicket: await questions.isSo(
      'Must every request name a ticket?',
      flags['require-ticket'],
      '--require-ticket',
      now.requireTicket,
    ),
    allowedCallbackHosts: await list(
      'allowedCallbackHosts',
      'callback-hosts',
      'Where may results be posted to? Hosts',
    ),
  }
}

/** @returns what is different, as settings of `wrangler.toml` */
export function changesOf(now: Policy, wanted: Basics): Var[] {
  return Object.entries(wanted)
    .filter(([key, value]) => String(value) !== String(now[key as keyof Basics])) // its own keys
    .map(([key, value]) => ({ table: 'vars.POLICY', key, value }))
}

function policyFault(key: string, list: readonly string[]): string | undefined {
  const issue = Policy.safeParse({ [key]: list }).error?.issues[0]
  if (!issue) return undefined
  const item = list[Number(issue.path[1])]
  return item === undefined ? issue.message : `names ${item}, which ${issue.message}`
}

async function unknownOwner(access: Access, owners: readonly string[]): Promise<string | undefined> {
  try {
    const [fault] = await ownerFaults(access, owners)
    return fault && `will not do: ${fault}`
  } catch (error) {
    return `could not be looked up (${refusal(error).says})`
  }
}
