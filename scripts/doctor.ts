import './deployment/quiet.ts'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkConfiguration } from './deployment/configuration.ts'
import { checkCredential } from './deployment/credential.ts'
import { isAnyWrong, type Section, unchecked, wrong } from './deployment/finding.ts'
import { checkOwners } from './deployment/owners-check.ts'
import { reportJson, reportText } from './deployment/report.ts'
import { readSettings, type Settings } from './deployment/settings-file.ts'
import { checkSystemLog } from './deployment/system-log-check.ts'
import { checkWorker } from './deployment/worker-check.ts'
import { checkBindings, readWranglerConfig } from './deployment/wrangler-config.ts'

const USAGE = `Says what is right about a deployment, and what to do about what is not. Changes nothing.

  npm run doctor                                       what npm run dev would run
  npm run doctor -- --secrets-file .secrets.json       what npm run deploy would deploy
  npm run doctor -- --url https://vaults.example.workers.dev       and the Worker that runs there

  --config FILE         another wrangler.toml
  --secrets-file FILE   the secrets that are deployed, instead of .dev.vars
  --url URL             look at a running Worker too; VAULTS_KEY in the environment may hold an API key,
                        and to a key with the scope operate the Worker itself says what is wrong
  --json                for machines

Exit status: 0 all is right, 1 something is wrong, 2 not understood.
`

const options = understood()
const sections: Section[] = []
const vars = inspectWranglerConfig()
const settings = vars && loadSettings()
if (vars && settings) await inspectSettings(vars, settings)
if (options.url)
  sections.push({
    title: options.url.href,
    findings: await checkWorker(options.url, process.env.VAULTS_KEY || undefined),
  })
process.stdout.write(options.json ? reportJson(sections) : reportText(sections))
process.exitCode = isAnyWrong(sections) ? 1 : 0

function understood() {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string', default: 'wrangler.toml' },
        'secrets-file': { type: 'string' },
        url: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) stop(0, USAGE)
    return { ...values, url: values.url === undefined ? undefined : addressOf(values.url) }
  } catch (error) {
    return stop(2, `${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}

/** Takes a host without a scheme as well, as people copy it. */
function addressOf(text: string): URL {
  return new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`)
}

function inspectWranglerConfig() {
  const path = options.config
  const config = readWranglerConfig(path)
  const broken = 'says' in config
  sections.push({ title: path, findings: broken ? [config] : checkBindings(config, path) })
  return broken ? undefined : config.vars
}

function loadSettings(): Settings | undefined {
  const path = options['secrets-file'] ?? join(dirname(options.config), '.dev.vars')
  const finding = (says: string) => {
    // what is deployed cannot be read back, so where only a running Worker is looked at its settings may be missing here
    const status = options.url && !options['secrets-file'] ? unchecked : wrong
    sections.push({ title: path, findings: [status('file', says)] })
    return undefined
  }
  try {
    return (
      readSettings(path) ??
      finding(`there is no ${path}: npm run setup makes it, --secrets-file names another`)
    )
  } catch (error) {
    return finding(error instanceof Error ? error.message : 'cannot be read')
  }
}

async function inspectSettings(vars: Readonly<Record<string, unknown>>, settings: Settings): Promise<void> {
  const { findings, config } = checkConfiguration(vars, settings)
  sections.push({ title: 'Settings', findings })
  if (!config) return
  const { findings: atTenant, access } = await checkCredential(config)
  const further = access
    ? [
        await checkSystemLog(access, config.systemLog),
        ...(await checkOwners(access, config.policy.defaultOwners)),
      ]
    : ['system log', 'owners'].map((name) => unchecked(name, 'not checked: first the above'))
  sections.push({ title: 'ConductorOne', findings: [...atTenant, ...further] })
}

function stop(status: number, text: string): never {
  const stream = status === 0 ? process.stdout : process.stderr
  stream.write(text)
  process.exit(status)
}
