import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { OUTPUT } from './build.ts'
import { calls } from './calls.ts'
import { create, fast, feel } from './create.ts'
import { ledger } from './ledger.ts'
import { type Finding, type Measurement, ROUNDS, type Target } from './measurement.ts'
import { memory } from './memory.ts'
import { profile } from './profile.ts'
import { register } from './register.ts'
import { size } from './size.ts'
import { startUpstream } from './start-upstream.ts'
import { webhooks } from './webhooks.ts'

/** Everything that can be measured, in the order in which it is; the names are what `npm run bench -- <name>` takes. */
const measurements: Readonly<Record<string, Measurement>> = {
  create,
  feel,
  calls,
  webhooks,
  size,
  memory,
  ledger,
  register,
  profile,
}

const isFast = process.argv.includes('--fast')
const asked = process.argv.slice(2).filter((argument) => argument !== '--fast')
const chosen = isFast ? { fast } : measurements
const unknown = asked.filter((name) => !Object.hasOwn(chosen, name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are ${Object.keys(chosen).join(', ')}.`)
  process.exit(2)
}

process.env.WRANGLER_LOG ??= 'error'
const upstream = await startUpstream()
const findings: Record<string, readonly Finding[]> = {}
for (const [name, measure] of Object.entries(chosen))
  if (asked.length === 0 || asked.includes(name)) {
    console.error(`Measuring ${name} …`)
    findings[name] = await measure(upstream)
    for (const finding of findings[name]) print(finding)
  }
upstream.stop()

const targets = Object.values(findings).flatMap((found) => found.flatMap((finding) => finding.targets ?? []))
if (isFast) console.log(`\n${targets.map(inWords).join('; ')}`)
else print({ title: 'What is to be reached', table: targets.map(verdict) })
const file = join(OUTPUT, 'results.json')
const [{ model = '' } = {}] = cpus()
await mkdir(OUTPUT, { recursive: true })
await writeFile(
  file,
  JSON.stringify(
    { rounds: ROUNDS, node: process.version, cpu: model, cores: cpus().length, findings },
    null,
    2,
  ),
)
console.log(
  `\nMedians, with the least and the most of ${ROUNDS} rounds in brackets. All of it is in ${file}.`,
)

function verdict({ what, atMost, reached, unit }: Target) {
  return {
    what,
    'at most': [atMost, unit].filter(Boolean).join(' '),
    is: [Number(reached.toFixed(2)), unit].filter(Boolean).join(' '),
    reached: reached <= atMost ? 'yes' : 'no',
  }
}

function inWords(target: Target): string {
  const { what, 'at most': atMost, is, reached } = verdict(target)
  return `${what}: ${is} (at most ${atMost}: ${reached})`
}

/** As a table in Markdown, which is read as well in a terminal as in a document. */
function print({ title, note, table }: Finding): void {
  const [first] = table
  if (!first) return
  const columns = Object.keys(first)
  const rows = [columns, ...table.map((line) => columns.map((column) => String(line[column] ?? '')))]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const text = rows.map(
    (row) => `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  console.log(
    ['', `### ${title}`, '', ...(note ? [note, ''] : []), text[0], rule, ...text.slice(1)].join('\n'),
  )
}
