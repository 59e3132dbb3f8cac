import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expectNoRemains } from './remains.ts'
import { type Api, apiAt } from './worker.ts'

/** A Worker that can be killed as a power cut would. */
export interface Killable extends Api {
  /** Ends every process of it, workerd included, by a signal that none can see coming. */
  kill(): Promise<void>
}

/**
 * Starts the Worker's real build in processes of its own.
 *
 * @param bindings as of `startWorker`
 * @param persist the folder for what is to outlive them
 */
export async function startKillable(bindings: Record<string, string>, persist: string): Promise<Killable> {
  const script = fileURLToPath(new URL('worker-process.ts', import.meta.url).href)
  const child = spawn(process.execPath, [script, JSON.stringify(bindings), persist], {
    detached: true, // a process group of its own
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { pid, stdout } = child
  if (pid === undefined) throw new Error('the process could not be started')
  const exited = once(child, 'exit')
  const said = await Promise.race([once(stdout, 'data'), exited.then(() => undefined)])
  if (!said) throw new Error('the Worker did not start')
  const logs: string[] = []
  stdout.on('data', (chunk) => logs.push(String(chunk)))
  return {
    ...apiAt(new URL(String(said[0]).trim())),
    async kill() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
      await exited
      await expectNoRemains(persist, [logs.join('')], bindings)
    },
  }
}
