import { fitToTerminal, say } from '../deployment/output.ts'
import type { Terminal } from './terminal.ts'

/** What is wrong with an answer, to follow its name: `is too short`; undefined if nothing is. */
type Fault = string | undefined

/** Something that setup must know. */
export type Question = {
  /** a sentence; what may be typed is told by `hint` and `enter` */
  readonly text: string
  /** the form of an answer, such as `yes or no` */
  readonly hint?: string | undefined
  /** the answer of a flag or of the environment */
  readonly given: string | undefined
  /** the flag or variable that can give the answer */
  readonly source: string
  /** the answer of Enter, and the one that applies if no one can be asked */
  readonly fallback?: string
  /** what Enter does, to follow "Enter"; by default "for" and the fallback */
  readonly enter?: string
  /** keeps the answer off the screen */
  readonly hidden?: boolean
  /** says what is wrong with an answer, without repeating one that is hidden */
  readonly fault?: (answer: string) => Fault | Promise<Fault>
}

/** Takes answers from flags and the environment, and from a person if there is one. */
export class Questions {
  /** what is missing or wrong, if no one can be asked */
  readonly faults: string[] = []
  readonly #terminal: Terminal | undefined

  constructor(terminal: Terminal | undefined) {
    this.#terminal = terminal
  }

  /** Gets an answer; notes a fault if it is missing or wrong and no one can be asked. */
  async ask(question: Question): Promise<string> {
    const { text, given, source, fallback, hidden, fault } = question
    if (given !== undefined) {
      const wrong = await fault?.(given)
      if (wrong === undefined) return this.#taken(source, given)
      if (!this.#terminal) this.faults.push(`${source} ${wrong}`)
      else say(`${source} ${wrong}.\n`)
    }
    if (!this.#terminal) {
      if (given === undefined && fallback === undefined) this.faults.push(`${source} is missing: ${text}`)
      return given ?? fallback ?? ''
    }
    for (;;) {
      const answer = (await this.#terminal.ask(questionText(question), hidden)) || (fallback ?? '')
      const wrong = answer === '' && fallback === undefined ? 'is needed' : await fault?.(answer)
      if (wrong === undefined) return answer
      say(`This ${wrong}.\n`)
    }
  }

  /** Tells the person at the terminal what was not asked. */
  #taken(source: string, given: string): string {
    if (this.#terminal) say(`${source}: taken as it is.\n`)
    return given
  }

  /** Asks a question that yes or no answers. */
  async isSo(text: string, given: boolean | undefined, source: string, fallback = false): Promise<boolean> {
    const answer = await this.ask({
      text,
      hint: 'yes or no',
      given: given === undefined ? undefined : yesOrNo(given),
      source,
      fallback: yesOrNo(fallback),
      fault: (answer) => (/^(y|yes|n|no)$/i.test(answer) ? undefined : 'must be yes or no'),
    })
    return /^y/i.test(answer)
  }

  /** Asks for names, separated by commas. */
  async list(
    question: Omit<Question, 'fallback' | 'fault'> & {
      readonly fallback: readonly string[]
      readonly fault: (list: string[]) => Fault | Promise<Fault>
    },
  ): Promise<string[]> {
    const { hint, fallback, fault, ...rest } = question
    return listOf(
      await this.ask({
        ...rest,
        hint: ['comma-separated', hint].filter(Boolean).join('; '),
        fallback: fallback.join(', '),
        fault: (answer) => fault(listOf(answer)),
      }),
    )
  }
}

/** Writes a question with what may be typed, broken at the terminal's width: the prompt itself must stay short. */
function questionText({ text, hint, hidden, fallback, enter = `for ${fallback}` }: Question): string {
  const hints = [hint, hidden && 'stays invisible', fallback !== undefined && `Enter ${enter}`].filter(
    Boolean,
  )
  return fitToTerminal(`\n${hints.length > 0 ? `${text} (${hints.join('; ')})` : text}\n`)
}

function yesOrNo(yes: boolean): string {
  return yes ? 'yes' : 'no'
}

function listOf(answer: string): string[] {
  const names = answer.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== '' && name !== '-'))]
}
