import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'

/** A person at a terminal. What is typed is shown while a question waits for it that may show it, and never else. */
export class Terminal {
  #isShown = false
  #take: ((line: string) => void) | undefined
  readonly #lines: Interface

  /** @param leave what happens where the person gives up, by Ctrl-C or Ctrl-D */
  constructor(leave: () => void) {
    const output = new Writable({
      write: (chunk, _, done) => {
        if (this.#isShown) process.stdout.write(chunk)
        done()
      },
    })
    // without a history, or the arrow keys would bring a secret back
    this.#lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 })
    this.#lines.on('SIGINT', leave)
    this.#lines.on('close', leave)
    this.#lines.on('line', (line) => {
      // at once: a paste of several lines goes on without a pause
      this.#isShown = false
      this.#take?.(line)
      this.#take = undefined
    })
  }

  /**
   * @param isHidden whether the answer is not to be seen
   * @returns what is typed from now on, without the blanks around it
   */
  ask(text: string, isHidden = false): Promise<string> {
    // what was typed too early was not for this question
    this.#lines.write(null, { ctrl: true, name: 'u' })
    this.#isShown = true
    this.#lines.setPrompt(text)
    this.#lines.prompt()
    this.#isShown = !isHidden
    return new Promise((resolve) => {
      this.#take = (line) => {
        if (isHidden) process.stdout.write('\n')
        resolve(line.trim())
      }
    })
  }

  /** Asks nothing any more, so that the process can end. */
  close(): void {
    this.#lines.removeAllListeners('close')
    this.#lines.close()
  }
}
