import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'

/** A person at a terminal. What they type is shown only while a question waits that may show it. */
export class Terminal {
  #isShown = false
  #take: ((line: string) => void) | undefined
  readonly #lines: Interface

  /**
   * Takes over the terminal of this process.
   *
   * @param leave runs if the person gives up, by Ctrl-C or Ctrl-D
   */
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
   * Asks a question and reads a line.
   *
   * @param text the question, broken at the terminal's width; it stands above the prompt, as readline draws a prompt
   *   that is wider than the terminal wrong
   * @param isHidden keeps the answer off the screen
   * @returns the line, without the blanks around it
   */
  ask(text: string, isHidden = false): Promise<string> {
    // what was typed too early was not for this question
    this.#lines.write(null, { ctrl: true, name: 'u' })
    process.stdout.write(text)
    this.#isShown = true
    this.#lines.setPrompt('> ')
    this.#lines.prompt()
    this.#isShown = !isHidden
    return new Promise((resolve) => {
      this.#take = (line) => {
        if (isHidden) process.stdout.write('\n')
        resolve(line.trim())
      }
    })
  }

  /** Stops asking, so that the process can end. */
  close(): void {
    this.#lines.removeAllListeners('close')
    this.#lines.close()
  }
}
