import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configs } from './bundle.ts'

/** A folder with a deployment's `wrangler.toml`, and whatever else a command reads or writes. */
export interface Folder {
  readonly path: string
  read(file: string): string
  write(file: string, text: string): void
  /** The settings as JSON, for `--secrets-file`; returns the file's name. */
  secrets(settings: Readonly<Record<string, string>>): string
  remove(): void
}

/**
 * Makes one, with the `wrangler.toml` of this project.
 *
 * @param change what is different in it
 */
export function newFolder(change: (toml: string) => string = (toml) => toml): Folder {
  const path = mkdtempSync(join(tmpdir(), 'deployment-'))
  const write = (file: string, text: string) => writeFileSync(join(path, file), text)
  mkdirSync(join(path, 'public'))
  write('wrangler.toml', change(readFileSync(configs.worker, 'utf8')))
  return {
    path,
    read: (file) => readFileSync(join(path, file), 'utf8'),
    write,
    secrets(settings) {
      write('secrets.json', JSON.stringify(settings))
      return 'secrets.json'
    },
    remove: () => rmSync(path, { recursive: true }),
  }
}
