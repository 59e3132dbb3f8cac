import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const bundles = new Map<string, Promise<string>>()

/**
 * Bundles a Worker as a deploy would, once a process.
 *
 * @param config the path of its wrangler.toml
 * @returns the code of its one module
 */
export function bundledWorker(config: string): Promise<string> {
  const bundle = bundles.get(config) ?? bundleWorker(config)
  bundles.set(config, bundle)
  return bundle
}

async function bundleWorker(config: string): Promise<string> {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve('wrangler')), '../bin/wrangler.js')
  const directory = await mkdtemp(join(tmpdir(), 'worker-'))
  try {
    const options = ['deploy', '--dry-run', '--outdir', directory, '-c', config]
    await run(process.execPath, [wrangler, ...options], {
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    })
    return await readFile(join(directory, 'index.js'), 'utf8')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
