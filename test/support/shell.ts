import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Whether this machine has what a reader's commands are typed into, and what most of them call. */
export const hasShell = ['bash', 'curl'].every((name) => spawnSync(name, ['--version']).status === 0)

/** Where a command runs: the folder, what it finds in its environment beside that, and what is typed into it. */
export interface Where {
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/**
 * Runs commands as a reader would, in a shell, up to the first that fails. They see nothing of this process's
 * environment but where programs are.
 *
 * @returns what they said
 * @throws {Error} with all of that, where one fails
 */
export async function shell(commands: string, { input = '', ...where }: Where): Promise<string> {
  const child = begin(commands, where)
  // a command that ends before it has read its input is no fault of its own
  child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  child.stdin?.end(input)
  const [stdout, stderr] = await Promise.all([said(child.stdout), said(child.stderr)])
  const [status] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  if (status !== 0) throw new Error(`exit status ${status} of\n${commands}\n${stdout}${stderr}`)
  return stdout
}

/** A command that goes on until it is stopped. */
export interface Going {
  /** what it said until it was ready */
  readonly said: string
  stop(): Promise<void>
}

/**
 * Starts a command that goes on.
 *
 * @param ready what it says once it can be used
 * @throws {Error} with what it said, where it ends before
 */
export async function going(command: string, where: Where, ready: RegExp): Promise<Going> {
  const child = begin(command, where)
  const closed = once(child, 'close')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk))
  while (!ready.test(said)) {
    if (child.exitCode !== null) throw new Error(`${command} ended:\n${said}`)
    await Promise.race([closed, child.stdout && once(child.stdout, 'data')])
  }
  return {
    said,
    async stop() {
      // the whole group: npm, what it runs, and workerd
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      await closed
    },
  }
}

function begin(commands: string, { folder, env = {} }: Where): ChildProcess {
  const { PATH = '' } = process.env
  return spawn('bash', ['-ec', commands], {
    cwd: folder,
    env: { PATH, HOME: folder, WRANGLER_SEND_METRICS: 'false', ...env },
    detached: true, // a process group of its own
  })
}

function said(stream: ChildProcess['stdout']): Promise<string> {
  return stream ? text(stream) : Promise.resolve('')
}
