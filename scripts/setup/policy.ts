import { Policy } from '../../src/config/policy.ts'
import { ownerFaults } from '../deployment/owners-check.ts'
import { type Access, explainRefusal } from '../deployment/tenant-api.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'
import type { Var } from './wrangler-vars.ts'

/** What of the policy is asked for; the rest is for those who know it. */
export type Basics = Pick<
  Policy,
  'defaultOwners' | 'allowedOwnerDomains' | 'minOwners' | 'requireTicket' | 'allowedCallbackHosts'
>

type ListKey = 'defaultOwners' | 'allowedOwnerDomains' | 'allowedCallbackHosts'

const LISTS = {
  defaultOwners: {
    flag: 'owners',
    text: 'Who owns the vault if a request names no owner? Give e-mail addresses.',
    none: 'for no default owner',
  },
  allowedOwnerDomains: {
    flag: 'owner-domains',
    text: 'Which e-mail domains may owners have?',
    none: 'for any domain',
  },
  allowedCallbackHosts: {
    flag: 'callback-hosts',
    text: 'Which hosts may results be posted to?',
    none: 'for none',
  },
} as const satisfies Record<ListKey, object>

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
  const list = (key: ListKey) => {
    const { flag, text, none } = LISTS[key]
    const isSet = now[key].length > 0
    return questions.list({
      text,
      ...(isSet ? { hint: '- for none' } : { enter: none }),
      given: flags[flag],
      source: `--${flag}`,
      fallback: now[key],
      fault: async (answer) =>
        policyFault(key, answer) ??
        (key === 'defaultOwners' ? await unknownOwner(access, answer) : undefined),
    })
  }
  return {
    defaultOwners: await list('defaultOwners'),
    allowedOwnerDomains: await list('allowedOwnerDomains'),
    minOwners: await askMinOwners(questions, flags, now),
    requireTicket: await questions.isSo(
      'Must every request name a ticket?',
      flags['require-ticket'],
      '--require-ticket',
      now.requireTicket,
    ),
    allowedCallbackHosts: await list('allowedCallbackHosts'),
  }
}

async function askMinOwners(questions: Questions, flags: Flags, now: Policy): Promise<number> {
  const answer = await questions.ask({
    text: 'How many owners must a vault have at least? If the only owner leaves, nobody can open the vault, and no one can change that; we recommend 2.',
    given: flags['min-owners'],
    source: '--min-owners',
    fallback: String(now.minOwners),
    fault: (answer) => Policy.safeParse({ minOwners: Number(answer) }).error?.issues[0]?.message,
  })
  return Number(answer)
}

/** Lists what is different from the policy as it is, as settings of `wrangler.toml`. */
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
    return fault && `can't be used: ${fault}`
  } catch (error) {
    return `could not be looked up (${explainRefusal(error).says})`
  }
}
