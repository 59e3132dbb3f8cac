import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/** Settings by name, as text: what `.dev.vars` and a secrets file hold. */
export type Settings = Readonly<Record<string, string>>

/**
 * Reads `.dev.vars` or a file for `wrangler deploy --secrets-file`: JSON, or lines as in `.env`.
 *
 * @param path of the file
 * @returns its settings; undefined if there is no such file
 * @throws {Error} naming the setting that is not text, without its value
 */
export function readSettings(path: string): Settings | undefined {
  const text = textOf(path)
  if (text === undefined) return undefined
  const settings = jsonOf(text) ?? parseEnv(text)
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (typeof value === 'string') return [name, value]
      throw new Error(`${name} must be text; put the JSON of an object in quotes`)
    }),
  )
}

/**
 * Writes settings so that only this user can read them, whole or not at all.
 *
 * @param path of the file; JSON if it ends in `.json`, else lines as in `.env`
 */
export function writeSettings(path: string, settings: Settings): void {
  const text = path.endsWith('.json') ? `${JSON.stringify(settings, null, 2)}\n` : envLines(settings)
  const fresh = `${path}.${process.pid}`
  try {
    // a new file, since an existing one would keep its mode
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
    renameSync(fresh, path)
  } finally {
    rmSync(fresh, { force: true })
  }
}

function envLines(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}='${quoteValue(value)}'\n`)
    .join('')
}

/** Writes a value for single quotes, in which only their end and `$` mean anything: wrangler puts variables in. */
function quoteValue(value: string): string {
  const json = /^[[{]/.test(value)
  if (!json && /['$\r\n]/.test(value))
    throw new Error('A value with quotes, line breaks or $ fits in no line.')
  return value.replaceAll(/['$]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}

function textOf(path: string): string | undefined {
  try {
    return decode(readFileSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Decodes UTF-8 and UTF-16, with or without the byte-order mark that editors of Windows write. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}

function jsonOf(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    return undefined
  }
}
