import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** The project. */
export const ROOT = join(import.meta.dirname, '..')

/** Where everything that the bench makes is put; nobody commits it. */
export const OUTPUT = join(ROOT, 'dist/bench')

/** A Worker's bundle, and what esbuild says of it. */
export type Build = {
  readonly code: string
  /** bytes in the bundle, by the file that they come from */
  readonly parts: Readonly<Record<string, number>>
}

/**
 * Bundles a Worker as a deploy would.
 *
 * @param name of the folder for it
 * @param options a Worker of the bench instead of ours; not minified, to be read in a profile
 */
export async function build(
  name: string,
  { entry, minify = true }: { readonly entry?: string | undefined; readonly minify?: boolean } = {},
): Promise<Build> {
  const folder = join(OUTPUT, name)
  const config = join(ROOT, entry ? 'bench/wrangler.toml' : 'wrangler.toml')
  const target = ['--outdir', folder, '--metafile', join(folder, 'meta.json'), '-c', config]
  await wrangler(
    'deploy',
    '--dry-run',
    ...(minify ? ['--minify'] : []),
    ...target,
    ...(entry ? [join(ROOT, 'bench', entry)] : []),
  )
  const { outputs } = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')) as Metafile
  const [file, output] = Object.entries(outputs).find(([path]) => path.endsWith('.js')) ?? []
  if (!file || !output) throw new Error(`${name} was not bundled`)
  const parts = Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput])
  return {
    code: await readFile(join(folder, file.split('/').at(-1) ?? ''), 'utf8'),
    parts: Object.fromEntries(parts),
  }
}

/** What esbuild writes: https://esbuild.github.io/api/#metafile */
type Metafile = {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>
}

/** Runs a command of wrangler's. */
export async function wrangler(...options: string[]): Promise<string> {
  const bin = join(dirname(createRequire(import.meta.url).resolve('wrangler')), '../bin/wrangler.js')
  const { stdout } = await run(process.execPath, [bin, ...options], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', WRANGLER_LOG: 'log' },
  })
  return stdout
}
