import { type Environment, keptObject } from './environment.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'
import { token, whsec } from './secrets.ts'

/** Who makes a sender's secret: we, in some form, or the sender, which calls it something. */
const SENDERS: Readonly<Record<string, (() => string) | string>> = {
  standard: whsec,
  github: token,
  gitlab: whsec,
  jira: token,
  zendesk: 'signing secret',
  linear: 'signing secret',
  pagerduty: 'signing secret',
  slack: 'signing secret',
  teams: 'security token',
  discord: 'public key',
  mattermost: 'token',
}
const NAMES = Object.keys(SENDERS)

/** What was found out about senders of webhooks. */
export type Senders = {
  /** the setting `WEBHOOK_SECRETS`; undefined where there is none */
  readonly webhookSecrets: string | undefined
  /** whose secret was made now, and must be put there */
  readonly made: readonly string[]
  /** whose secret is not known yet */
  readonly later: readonly string[]
}

/** Asks who sends webhooks, and makes the secrets that are ours to make. */
export async function askSenders(questions: Questions, flags: Flags, env: Environment): Promise<Senders> {
  const secrets = keptObject(env, 'WEBHOOK_SECRETS', questions)
  const kept = Object.keys(secrets)
  const senders = await questions.list({
    text: `Who sends webhooks? ${NAMES.join(', ')}; or Enter for nobody`,
    given: flags.senders,
    source: '--senders',
    fallback: [],
    fault: senderFault,
  })
  const made: string[] = []
  const later: string[] = []
  for (const sender of senders.filter((name) => !kept.includes(name))) {
    const maker = SENDERS[sender]
    if (typeof maker === 'function') {
      secrets[sender] = maker()
      made.push(sender)
    } else if (maker !== undefined) {
      const theirs = await askTheirs(questions, sender, maker)
      if (theirs === '') later.push(sender)
      else secrets[sender] = theirs
    }
  }
  const webhookSecrets = Object.keys(secrets).length > 0 ? JSON.stringify(secrets) : undefined
  return { webhookSecrets, made, later }
}

function senderFault(names: readonly string[]): string | undefined {
  const odd = names.find((name) => !Object.hasOwn(SENDERS, name))
  return odd === undefined ? undefined : `names ${odd}, which is none of ${NAMES.join(', ')}`
}

function askTheirs(questions: Questions, sender: string, noun: string): Promise<string> {
  return questions.ask({
    text: `The ${noun} that ${sender} shows, or Enter where its webhook is still to be made (it stays invisible)`,
    given: undefined,
    source: 'WEBHOOK_SECRETS in the environment',
    fallback: '',
    hidden: true,
    fault: (answer) => (answer !== '' && answer.length < 8 ? 'is shorter than 8 characters' : undefined),
  })
}
