import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SENDER_NAMES, SENDERS, type SenderName } from '../../src/config/senders.ts'
import { checkConfiguration } from '../deployment/configuration.ts'
import { isAnyWrong } from '../deployment/finding.ts'
import { reportText } from '../deployment/report.ts'
import { readSettings, type Settings, writeSettings } from '../deployment/settings-file.ts'
import { type Added, addCaller, addSender, type Kind, type Refused } from './add.ts'
import type { Flags } from './flags.ts'
import { addedText } from './messages.ts'
import type { Questions } from './questions.ts'
import { askForSecret, isSender } from './senders.ts'

/** How adding one entry ended: what to say, or why nothing was written. */
export type AddResult = { readonly says: string } | Refused

/**
 * Adds one sender, caller or operator to the settings file that is there, and writes it back.
 *
 * @param vars what `wrangler.toml` has under `[vars]`
 * @param given the secret that a sender shows, if the environment has it
 */
export async function addToFile(
  kind: Kind,
  flags: Flags,
  questions: Questions,
  vars: Readonly<Record<string, unknown>>,
  given: string | undefined,
): Promise<AddResult> {
  const path = await fileOf(flags, questions)
  if (typeof path !== 'string') return path
  const settings = settingsIn(path)
  if ('refused' in settings) return settings
  const name = flags.name || (await askName(kind, questions))
  const added = await addEntry(kind, name, settings.settings, questions, given)
  if ('refused' in added) return added
  const { findings } = checkConfiguration(vars, added.settings, !path.endsWith('.dev.vars'))
  const section = { title: 'Settings', findings: findings.filter(({ status }) => status !== 'ok') }
  if (isAnyWrong([section])) return { refused: reportText([section]) }
  writeSettings(path, added.settings)
  const warnings = reportText([section])
  return { says: `${addedText(kind, name, path, added)}${warnings && `\n${warnings}`}` }
}

async function addEntry(
  kind: Kind,
  name: string,
  settings: Settings,
  questions: Questions,
  given: string | undefined,
): Promise<Added | Refused> {
  if (kind !== 'sender') return addCaller(kind, name, settings)
  if (!isSender(name))
    return { refused: `${name} is not a sender with a secret: ${SENDER_NAMES.join(', ')}.` }
  const { origin } = SENDERS[name].secret
  if ('make' in origin) return addSender(name, settings, undefined)
  const copied = given ?? (await askForSecret(questions, name, origin.copy))
  return copied === '' ? notYet(name, origin.copy) : addSender(name, settings, copied)
}

function notYet(sender: SenderName, noun: string): Refused {
  return {
    refused: `Make the webhook in ${sender} first: it shows the ${noun}. docs/recipes/${sender}.md has the steps.`,
  }
}

/** The file that was named, or the only one that is there. */
async function fileOf(flags: Flags, questions: Questions): Promise<string | Refused> {
  const devVars = join(dirname(flags.config), '.dev.vars')
  const secretsFile = join(dirname(flags.config), '.secrets.json')
  if (flags['secrets-file'] !== undefined) return flags['secrets-file']
  if (flags['dev-vars']) return devVars
  const there = [secretsFile, devVars].filter((path) => existsSync(path))
  const [only] = there
  if (there.length === 1 && only) return only
  if (there.length === 0)
    return {
      refused: `There is no ${secretsFile}. Take it out of the password manager, or name another file with --secrets-file.`,
    }
  const answer = await questions.ask({
    text: 'Should it go to what is deployed, or to what runs on this machine?',
    hint: 'deploy or dev',
    given: undefined,
    source: '--secrets-file or --dev-vars',
    fallback: 'deploy',
    fault: (answer) => (/^(dev|deploy)$/.test(answer) ? undefined : 'must be dev or deploy'),
  })
  return answer === 'dev' ? devVars : secretsFile
}

function settingsIn(path: string): { readonly settings: Settings } | Refused {
  try {
    const settings = readSettings(path)
    return settings ? { settings } : { refused: `There is no ${path}.` }
  } catch (error) {
    return { refused: `${path}: ${error instanceof Error ? error.message : 'cannot be read'}` }
  }
}

function askName(kind: Kind, questions: Questions): Promise<string> {
  return questions.ask({
    text:
      kind === 'sender' ? `Which sender? ${SENDER_NAMES.join(', ')}.` : `What is the name of the ${kind}?`,
    given: undefined,
    source: `the ${kind}’s name`,
  })
}
