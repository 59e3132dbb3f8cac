import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const COMPILED = fileURLToPath(new URL('../../dist/compiled', import.meta.url).href)

/** How a command of this project ended, and what it said. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a script of this project in a process of its own, without a terminal and without this process's environment.
 *
 * @param script its name in `scripts/`
 * @param options its arguments, the folder it runs in, its environment, and Node's own arguments
 */
export async function runScript(
  script: 'doctor' | 'setup',
  {
    args = [],
    folder,
    env = {},
    node = [],
  }: { args?: readonly string[]; folder: string; env?: Record<string, string>; node?: readonly string[] },
): Promise<Ended> {
  const path = fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url).href)
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [...node, path, ...args], {
    cwd: folder,
    // wrangler is large, and is compiled in every process otherwise
    env: { PATH, HOME: folder, NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { status: await ended, stdout, stderr }
}
