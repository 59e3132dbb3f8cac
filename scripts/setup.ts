import './deployment/quiet.ts'
import type { Config } from '../src/config/config.ts'
import { checkConfiguration } from './deployment/configuration.ts'
import { checkCredential } from './deployment/credential.ts'
import { isAnyWrong, type Section } from './deployment/finding.ts'
import { reportText } from './deployment/report.ts'
import { type Settings, writeSettings } from './deployment/settings-file.ts'
import { readWranglerConfig } from './deployment/wrangler-config.ts'
import { askCallers } from './setup/callers.ts'
import { askCredential } from './setup/credential.ts'
import { type Flags, readFlags, USAGE } from './setup/flags.ts'
import { BEGINNING, keysText, nextText, sendersText, varsText } from './setup/messages.ts'
import { askPolicy, changesOf } from './setup/policy.ts'
import { Questions } from './setup/questions.ts'
import { token, whsec } from './setup/secrets.ts'
import { askSenders } from './setup/senders.ts'
import { chooseTarget, obstacle } from './setup/target.ts'
import { Terminal } from './setup/terminal.ts'
import { type Var, writeVars } from './setup/wrangler-vars.ts'

const NOTHING = 'Nothing was written.\n'
const { env } = process
const flags = understood()
const isAsked = !flags.yes && process.stdin.isTTY && process.stdout.isTTY
const terminal = isAsked ? new Terminal(() => stop(130, `\n${NOTHING}`)) : undefined
const questions = new Questions(terminal)
const wrangler = readWranglerConfig(flags.config)
if ('says' in wrangler) stop(1, `${flags.config}: ${wrangler.says}\n`)
const { vars } = wrangler

if (terminal) say(BEGINNING)
const target = await chooseTarget(flags, questions)
const inTheWay = await obstacle(target, flags, questions)
if (inTheWay) stop(1, `${inTheWay}\n`)

const credential = await askCredential(questions, flags, env, vars)
stopAtFaults()
const proofs: Var = { table: 'vars', key: 'CONDUCTORONE_DPOP', value: credential.dpop }
// what is still to be said is filled in, so that everything else is read as it will be
const config = configurationOf({
  ...credential.settings,
  API_KEYS: JSON.stringify({ nobody: token() }),
  CALLBACK_SECRET: whsec(),
})
say(`\nAsking ${config.baseUrl.host} …\n\n`)
const { findings, access } = await checkCredential(config)
say(reportText([{ title: 'ConductorOne', findings }]))
if (!access) stop(1, `\n${NOTHING}`)

const { apiKeys, keys } = await askCallers(questions, flags, env)
const now = config.policy
const policy = await askPolicy(questions, flags, now, access)
const senders = await askSenders(questions, flags, env)
terminal?.close()
stopAtFaults()
const isSigned = policy.allowedCallbackHosts.length > 0 || env.CALLBACK_SECRET
const settings: Settings = {
  ...credential.settings,
  API_KEYS: apiKeys,
  ...(senders.webhookSecrets !== undefined && { WEBHOOK_SECRETS: senders.webhookSecrets }),
  ...(isSigned && { CALLBACK_SECRET: env.CALLBACK_SECRET || whsec() }),
}
configurationOf(settings)

writeSettings(target.path, settings)
say(`\n${target.path} is written, and only you can read it.\n`)
const isBound = vars.CONDUCTORONE_DPOP === 'required'
const changes = [...(isBound === (credential.dpop === 'required') ? [] : [proofs]), ...changesOf(now, policy)]
if (changes.length > 0) say(varsText(flags.config, changes, writeVars(flags.config, changes)))
say(keysText(keys))
say(sendersText(senders, target))
say(nextText(target))

function understood(): Flags {
  try {
    const flags = readFlags()
    return flags.help ? stop(0, USAGE) : flags
  } catch (error) {
    return stop(2, `${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}

/** What the Worker would make of these settings; ends with every fault where it could make nothing of them. */
function configurationOf(settings: Settings): Config {
  const { findings, config } = checkConfiguration({ ...vars, CONDUCTORONE_DPOP: credential.dpop }, settings)
  const sections: Section[] = [{ title: 'Settings', findings }]
  return config && !isAnyWrong(sections) ? config : stop(1, `${reportText(sections)}\n${NOTHING}`)
}

function stopAtFaults(): void {
  if (questions.faults.length > 0)
    stop(1, `${questions.faults.map((fault) => `${fault}.\n`).join('')}${NOTHING}`)
}

function say(text: string): void {
  process.stdout.write(text)
}

function stop(status: number, text: string): never {
  const stream = status === 0 ? process.stdout : process.stderr
  stream.write(text)
  process.exit(status)
}
