import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readWranglerConfig } from '../deployment/wrangler-config.ts'

/** One setting under `[vars]`, or under a table of it. */
export type Var = {
  readonly table: 'vars' | 'vars.POLICY'
  readonly key: string
  readonly value: string | number | boolean | readonly string[]
}

/**
 * Writes settings into `wrangler.toml` and leaves everything else in it as it is, comments too.
 *
 * @param path of the file
 * @returns false if the file is not written as this project's is; then it is left alone
 */
export function writeVars(path: string, vars: readonly Var[]): boolean {
  const before = readWranglerConfig(path)
  if ('says' in before) return false
  const expected = structuredClone(before.vars)
  for (const { table, key, value } of vars) {
    if (table === 'vars')
      expected[key] = value as string // strings only stand there
    else expected.POLICY = { ...Object(expected.POLICY), [key]: value }
  }
  const toml = vars.reduce(withVar, readFileSync(path, 'utf8'))
  if (!isDeepStrictEqual(toPlainJson(varsIn(toml)), toPlainJson(expected))) return false
  writeFileSync(path, toml)
  return true
}

/** Writes a setting as a line of TOML, which reads what JSON writes. */
export function lineOf({ key, value }: Var): string {
  return `${key} = ${Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value)}`
}

function withVar(toml: string, setting: Var): string {
  const lines = toml.split('\n')
  const head = lines.indexOf(`[${setting.table}]`)
  if (head < 0) return `${toml.trimEnd()}\n\n[${setting.table}]\n${lineOf(setting)}\n`
  const next = lines.findIndex((line, index) => index > head && line.startsWith('['))
  const end = next < 0 ? lines.length : next
  const own = lines.findIndex(
    (line, index) => index > head && index < end && line.split('=')[0]?.trim() === setting.key,
  )
  return own < 0
    ? lines.toSpliced(head + 1, 0, lineOf(setting)).join('\n')
    : lines.with(own, lineOf(setting)).join('\n')
}

function varsIn(toml: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'wrangler-'))
  try {
    const path = join(folder, 'wrangler.toml')
    writeFileSync(path, toml)
    const config = readWranglerConfig(path)
    return 'says' in config ? undefined : config.vars
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Makes plain objects of TOML's tables, which have no prototype. */
function toPlainJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
