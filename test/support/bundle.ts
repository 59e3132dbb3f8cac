import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url).href)

/** The Workers: where each is configured. */
export const configs = {
  worker: join(root, 'wrangler.toml'),
  /** the Worker with nothing in the place of the agents' room */
  'without-agents': join(root, 'wrangler.toml'),
  simulator: join(root, 'test/simulator/wrangler.toml'),
} as const

/** What wrangler is told to put nothing in the place of the agents' room. */
export const WITHOUT_AGENTS = [
  '--alias',
  `../agents/server.ts:${join(root, 'test/support/without-agents.ts')}`,
] as const

/**
 * Bundles a Worker as a deploy would, minified, into `dist/`.
 *
 * @returns what wrangler says of it, which includes its size
 */
export async function bundle(name: keyof typeof configs): Promise<string> {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve('wrangler')), '../bin/wrangler.js')
  const folder = join(root, 'dist', name)
  const options = ['--dry-run', '--minify', '--outdir', folder, '-c', configs[name]]
  if (name === 'without-agents') options.push(...WITHOUT_AGENTS)
  const { stdout } = await run(process.execPath, [wrangler, 'deploy', ...options], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  return stdout
}

/** @returns the code of a Worker's one module, bundled now if it never was */
export async function bundled(name: keyof typeof configs): Promise<string> {
  const file = join(root, 'dist', name, 'index.js')
  await access(file).catch(() => bundle(name))
  return readFile(file, 'utf8')
}
