import { SENDER_NAMES, SENDERS, type SenderName } from '../../src/config/senders.ts'
import { type Environment, keptObject } from './environment.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'
import { MAKERS } from './secrets.ts'

const NAMES: readonly string[] = SENDER_NAMES
const MIN_SECRET_CHARS = 8

/** What the setup knows about senders of webhooks. */
export type Senders = {
  /** The setting `WEBHOOK_SECRETS`; undefined if there are no secrets. */
  readonly webhookSecrets: string | undefined
  /** The senders whose secret was made now, and must be put there. */
  readonly made: readonly string[]
  /** The senders whose secret is still to be copied. */
  readonly later: readonly string[]
}

/** Asks who sends webhooks, and makes the secrets that are ours to make. */
export async function askSenders(questions: Questions, flags: Flags, env: Environment): Promise<Senders> {
  const secrets = keptObject(env, 'WEBHOOK_SECRETS', questions)
  const kept = Object.keys(secrets)
  const senders = await questions.list({
    text: `Which systems send webhooks? ${NAMES.join(', ')}. You can add more later.`,
    enter: 'for none',
    given: flags.senders,
    source: '--senders',
    fallback: [],
    fault: senderFault,
  })
  const made: string[] = []
  const later: string[] = []
  for (const sender of senders.filter(isSender).filter((name) => !kept.includes(name))) {
    const { origin } = SENDERS[sender].secret
    if ('make' in origin) {
      secrets[sender] = MAKERS[origin.make]()
      made.push(sender)
    } else {
      const copied = await askForSecret(questions, sender, origin.copy)
      if (copied === '') later.push(sender)
      else secrets[sender] = copied
    }
  }
  const webhookSecrets = Object.keys(secrets).length > 0 ? JSON.stringify(secrets) : undefined
  return { webhookSecrets, made, later }
}

/** Tells whether a sender with a secret has this name. */
export function isSender(name: string): name is SenderName {
  return NAMES.includes(name)
}

function senderFault(names: readonly string[]): string | undefined {
  const unknown = names.find((name) => !isSender(name))
  return unknown === undefined ? undefined : `names ${unknown}, which is not one of ${NAMES.join(', ')}`
}

/**
 * Asks for a secret that the sender makes.
 *
 * @param noun what the sender calls it
 * @returns the secret; empty if the sender's webhook is still to be made
 */
export function askForSecret(questions: Questions, sender: string, noun: string): Promise<string> {
  return questions.ask({
    text: `What is the ${noun} that ${sender} shows?`,
    given: undefined,
    source: 'WEBHOOK_SECRETS in the environment',
    fallback: '',
    enter: 'if you have not made its webhook yet',
    hidden: true,
    fault: (answer) =>
      answer !== '' && answer.length < MIN_SECRET_CHARS
        ? `is shorter than ${MIN_SECRET_CHARS} characters`
        : undefined,
  })
}
