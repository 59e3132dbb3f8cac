import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url).href)

/** @returns the text of one of this project's files */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** @returns the paths of this project's files that match */
export function paths(...patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: root }).sort()
}

/** Everything that is written for people. */
export const documents: readonly string[] = paths('*.md', 'docs/**/*.md')
