import type { Terminal } from './terminal.ts'

/** What is wrong with an answer, to follow its name: `is too short`; undefined where nothing is. */
type Fault = string | undefined

/** Something that setup must know. */
export type Question = {
  readonly text: string
  /** what was said before anyone is asked: by a flag, or in the environment */
  readonly given: string | undefined
  /** where it can be said so */
  readonly source: string
  /** what Enter means, and what holds where nobody is asked */
  readonly fallback?: string
  /** whether the answer is not to be seen */
  readonly hidden?: boolean
  /** @returns what is wrong with an answer, without repeating it where it is hidden */
  readonly fault?: (answer: string) => Fault | Promise<Fault>
}

/** Answers from flags and the environment, and from a person where there is one. */
export class Questions {
  /** what is missing or wrong, where nobody can be asked */
  readonly faults: string[] = []
  readonly #terminal: Terminal | undefined

  constructor(terminal: Terminal | undefined) {
    this.#terminal = terminal
  }

  /** @returns the answer; where it is missing or wrong and nobody can be asked, a fault is noted */
  async ask({ text, given, source, fallback, hidden, fault }: Question): Promise<string> {
    if (given !== undefined) {
      const wrong = await fault?.(given)
      if (wrong === undefined) return this.#taken(source, given)
      if (!this.#terminal) this.faults.push(`${source} ${wrong}`)
      else process.stdout.write(`${source} ${wrong}.\n`)
    }
    if (!this.#terminal) {
      if (given === undefined && fallback === undefined) this.faults.push(`${source} is missing: ${text}`)
      return given ?? fallback ?? ''
    }
    for (;;) {
      const answer = (await this.#terminal.ask(prompt(text, fallback), hidden)) || (fallback ?? '')
      const wrong = answer === '' && fallback === undefined ? 'is needed' : await fault?.(answer)
      if (wrong === undefined) return answer
      process.stdout.write(`This ${wrong}.\n`)
    }
  }

  /** Who sits there is told what was not asked. */
  #taken(source: string, given: string): string {
    if (this.#terminal) process.stdout.write(`${source}: taken as it is.\n`)
    return given
  }

  /** A question that yes or no answers. */
  async isSo(text: string, given: boolean | undefined, source: string, fallback = false): Promise<boolean> {
    const answer = await this.ask({
      text,
      given: given === undefined ? undefined : word(given),
      source,
      fallback: word(fallback),
      fault: (answer) => (/^(y|yes|n|no)$/i.test(answer) ? undefined : 'must be yes or no'),
    })
    return /^y/i.test(answer)
  }

  /** A question that names answer, separated by commas. */
  async list(
    question: Omit<Question, 'fallback' | 'fault'> & {
      readonly fallback: readonly string[]
      readonly fault: (list: string[]) => Fault | Promise<Fault>
    },
  ): Promise<string[]> {
    const { fallback, fault, ...rest } = question
    return listOf(
      await this.ask({ ...rest, fallback: fallback.join(', '), fault: (answer) => fault(listOf(answer)) }),
    )
  }
}

function prompt(text: string, fallback = ''): string {
  return fallback === '' ? `${text}: ` : `${text} [${fallback}]: `
}

function word(yes: boolean): string {
  return yes ? 'yes' : 'no'
}

function listOf(answer: string): string[] {
  const names = answer.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== '' && name !== '-'))]
}
