import './deployment/quiet.ts'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isLoopback } from '../src/lib/loopback.ts'
import { checkConfiguration } from './deployment/configuration.ts'
import { checkCredential } from './deployment/credential.ts'
import { isAnyWrong, type Section, unchecked, wrong } from './deployment/finding.ts'
import { say, stop } from './deployment/output.ts'
import { checkOwners } from './deployment/owners-check.ts'
import { reportJson, reportText } from './deployment/report.ts'
import { readSettings, type Settings } from './deployment/settings-file.ts'
import { checkSystemLog } from './deployment/system-log-check.ts'
import { checkWorker } from './deployment/worker-check.ts'
import { checkBindings, readWranglerConfig } from './deployment/wrangler-config.ts'

const USAGE = `Checks a deployment, says what is right, and what to do about what isn't.
Changes nothing.

  npm run doctor                       checks what npm run dev would run
  npm run doctor -- --secrets-file .secrets.json
                                       checks what npm run deploy would deploy
  npm run doctor -- --url vaults.example.workers.dev
                                       checks the Worker that runs there too

  --config FILE         reads another wrangler.toml
  --secrets-file FILE   reads the secrets of a deploy, instead of .dev.vars
  --url URL             looks at a running Worker too. VAULTS_KEY in the
                        environment may hold an API key; to one with the scope
                        operate the Worker itself says what is wrong.
  --json                answers in JSON

Exit status: 0 all is right, 1 something is wrong, 2 not understood.
`

const options = readOptions()
const sections: Section[] = []
const vars = inspectWranglerConfig()
const settings = vars && loadSettings()
if (vars && settings) await inspectSettings(vars, settings)
if (options.url)
  sections.push({
    title: options.url.href,
    findings: await checkWorker(options.url, process.env.VAULTS_KEY || undefined),
  })
if (options.json) process.stdout.write(reportJson(sections))
else say(reportText(sections))
process.exitCode = isAnyWrong(sections) ? 1 : 0

function readOptions() {
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

/** Reads an address, or a host without a scheme, as people copy it: then it is https, or http on this machine. */
function addressOf(text: string): URL {
  const isWhole = /^https?:\/\//i.test(text)
  const url = URL.parse(isWhole ? text : `https://${text}`)
  if (!url) throw new Error(`--url ${text} is not an address.`)
  return !isWhole && isLoopback(url.hostname) ? new URL(`http://${text}`) : url
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
    // deployed secrets can't be read back, so they may be missing here if only a running Worker is checked
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
  const isDeployed = options['secrets-file'] !== undefined
  const { findings, config } = checkConfiguration(vars, settings, isDeployed)
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
