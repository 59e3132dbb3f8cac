import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url).href)

/** A folder with this project as whoever clones it has it, with its packages installed. */
export interface Checkout {
  readonly folder: string
  remove(): void
}

/** Makes one; what git ignores stays behind, except for the packages, which are shared. */
export function checkOut(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').trim().split('\n')
  const left = ['.git', ...ignored.map((line) => line.replace(/\/$/, ''))]
  cpSync(root, folder, { recursive: true, filter: (path) => !left.includes(relative(root, path)) })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
