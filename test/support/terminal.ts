import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What runs a command at a pseudo terminal: util-linux's, as others take other options. */
const MAKER = 'script'

/** Whether this machine can make pseudo terminals. */
export const hasTerminals = spawnSync(MAKER, ['--version']).stdout?.includes('util-linux') ?? false

/** A command that runs at a terminal, and the person there. */
export interface Session {
  /** Waits for a text on the screen that was not waited for before, then types. */
  answer(question: string, typed: string): Promise<void>
  /** What was on the screen, and the exit status, once the command has ended. */
  ended(): Promise<{ screen: string; status: number | null }>
}

/**
 * Runs a script of this project at a pseudo terminal.
 *
 * @param script its name in `scripts/`
 * @param folder where it runs
 * @param columns the width of the terminal
 */
export function atTerminal(script: 'setup', args: readonly string[], folder: string, columns = 80): Session {
  const path = fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url).href)
  const words = [process.execPath, path, ...args].map((word) => `'${word}'`).join(' ')
  const command = `stty cols ${columns}; ${words}`
  const { PATH = '' } = process.env
  const child = spawn(MAKER, ['-qefc', command, '/dev/null'], {
    cwd: folder,
    env: { PATH, HOME: folder, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let screen = ''
  let seen = 0
  child.stdout.on('data', (chunk) => {
    screen += chunk
  })
  return {
    async answer(question, typed) {
      for (let at = -1; at < 0; ) {
        at = screen.indexOf(question, seen)
        if (at >= 0) seen = at + question.length
        else if (child.exitCode !== null) throw new Error(`it ended before it asked ${question}:\n${screen}`)
        else await Promise.race([once(child.stdout, 'data'), closed])
      }
      child.stdin.write(typed)
    },
    async ended() {
      await closed
      return { screen, status: child.exitCode }
    },
  }
}
