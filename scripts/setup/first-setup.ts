import type { Config } from '../../src/config/config.ts'
import { checkConfiguration } from '../deployment/configuration.ts'
import { checkCredential } from '../deployment/credential.ts'
import { isAnyWrong, type Section } from '../deployment/finding.ts'
import { say, stop } from '../deployment/output.ts'
import { reportText } from '../deployment/report.ts'
import { type Settings, writeSettings } from '../deployment/settings-file.ts'
import { askAlerts } from './alerts.ts'
import { askCallers } from './callers.ts'
import { askCredential } from './credential.ts'
import type { Flags } from './flags.ts'
import { INTRODUCTION, keysText, NOTHING_WRITTEN, nextText, sendersText, varsText } from './messages.ts'
import { askPolicy, changesOf } from './policy.ts'
import type { Questions } from './questions.ts'
import { askRegisterDays } from './register.ts'
import { makeToken, makeWhsec } from './secrets.ts'
import { askSenders } from './senders.ts'
import { chooseTarget, findObstacle, type Target } from './target.ts'
import type { Terminal } from './terminal.ts'
import { type Var, writeVars } from './wrangler-vars.ts'

/**
 * Asks for everything that a deployment needs, checks the credential at its tenant, and writes the settings.
 *
 * @param terminal the person's, if there is one
 * @param vars what `wrangler.toml` has under `[vars]`
 */
export async function setUp(
  flags: Flags,
  questions: Questions,
  terminal: Terminal | undefined,
  vars: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { env } = process
  if (terminal) say(INTRODUCTION)
  const target = await chooseTarget(flags, questions)
  const inTheWay = await findObstacle(target, flags, questions)
  if (inTheWay) stop(1, `${inTheWay}\n`)

  const credential = await askCredential(questions, flags, env, vars)
  stopAtFaults(questions)
  const dpop: Var = { table: 'vars', key: 'CONDUCTORONE_DPOP', value: credential.dpop }
  const read = (settings: Settings) =>
    configurationOf({ ...vars, CONDUCTORONE_DPOP: credential.dpop }, settings, target)
  // what is still to be asked is filled in, so that everything else is read as it will be
  const { config } = read({
    ...credential.settings,
    API_KEYS: JSON.stringify({ nobody: makeToken() }),
    CALLBACK_SECRET: makeWhsec(),
  })
  say(`\nAsking ${config.baseUrl.host} …\n\n`)
  const { findings, access } = await checkCredential(config)
  say(reportText([{ title: 'ConductorOne', findings }]))
  if (!access) stop(1, `\n${NOTHING_WRITTEN}`)

  const { apiKeys, keys } = await askCallers(questions, flags, env)
  const now = config.policy
  const policy = await askPolicy(questions, flags, now, access)
  const registerDays = await askRegisterDays(questions, flags, vars)
  const alertWebhook = await askAlerts(questions, env)
  const senders = await askSenders(questions, flags, env)
  terminal?.close()
  stopAtFaults(questions)
  const isSigned = policy.allowedCallbackHosts.length > 0 || env.CALLBACK_SECRET
  const settings: Settings = {
    ...credential.settings,
    API_KEYS: apiKeys,
    ...(senders.webhookSecrets !== undefined && { WEBHOOK_SECRETS: senders.webhookSecrets }),
    ...(isSigned && { CALLBACK_SECRET: env.CALLBACK_SECRET || makeWhsec() }),
    ...(alertWebhook !== undefined && { ALERT_WEBHOOK: alertWebhook }),
  }
  const { warnings } = read(settings)

  writeSettings(target.path, settings)
  say(`\n${target.path} is written, and only you can read it.\n`)
  const wasBound = vars.CONDUCTORONE_DPOP === 'required'
  const changes = [
    ...(wasBound === (credential.dpop === 'required') ? [] : [dpop]),
    ...registerDays,
    ...changesOf(now, policy),
  ]
  if (changes.length > 0) say(varsText(flags.config, changes, writeVars(flags.config, changes)))
  say(keysText(keys))
  say(sendersText(senders, target))
  if (warnings.length > 0) say(`\n${reportText([{ title: 'Look at this', findings: warnings }])}`)
  say(nextText(target))
}

/** Reads settings as the Worker will; ends with every fault if they are wrong. */
function configurationOf(vars: Readonly<Record<string, unknown>>, settings: Settings, { kind }: Target) {
  const { findings, config } = checkConfiguration(vars, settings, kind === 'secrets-file')
  const sections: Section[] = [{ title: 'Settings', findings }]
  if (!config || isAnyWrong(sections)) return stop(1, `${reportText(sections)}\n${NOTHING_WRITTEN}`)
  return { config: config satisfies Config, warnings: findings.filter(({ status }) => status === 'warning') }
}

function stopAtFaults({ faults }: Questions): void {
  if (faults.length > 0) stop(1, `${faults.map((fault) => `${fault}.\n`).join('')}${NOTHING_WRITTEN}`)
}
