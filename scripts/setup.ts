import './deployment/quiet.ts'
import { say, stop } from './deployment/output.ts'
import { type Flags, readFlags, USAGE } from './setup/flags.ts'
import { NOTHING_WRITTEN } from './setup/messages.ts'
import { Questions } from './setup/questions.ts'
import { Terminal } from './setup/terminal.ts'

const flags = readOptions()
// wrangler takes a second to load, so a wrong flag is answered first
const { readWranglerConfig } = await import('./deployment/wrangler-config.ts')
const { addToFile } = await import('./setup/add-to-file.ts')
const { setUp } = await import('./setup/first-setup.ts')
const isAsked = !flags.yes && process.stdin.isTTY && process.stdout.isTTY
const terminal = isAsked ? new Terminal(() => stop(130, `\n${NOTHING_WRITTEN}`)) : undefined
const questions = new Questions(terminal)
const wrangler = readWranglerConfig(flags.config)
if ('says' in wrangler) stop(1, `${flags.config}: ${wrangler.says}\n`)

if (flags.add === undefined) {
  await setUp(flags, questions, terminal, wrangler.vars)
} else {
  const secret = process.env.WEBHOOK_SECRET || undefined
  const result = await addToFile(flags.add, flags, questions, wrangler.vars, secret)
  terminal?.close()
  const faults = questions.faults.map((fault) => `${fault}.\n`).join('')
  if ('refused' in result || faults) stop(1, `${faults || `${Object(result).refused}\n`}${NOTHING_WRITTEN}`)
  say(result.says)
}

function readOptions(): Flags {
  try {
    const flags = readFlags()
    return flags.help ? stop(0, USAGE) : flags
  } catch (error) {
    return stop(2, `${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}
