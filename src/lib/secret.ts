const HIDDEN = '[secret]'

/**
 * Holds a text that must not be printed. A template, `String`, `JSON.stringify` and the console all get a placeholder;
 * only {@link Secret.reveal} gives the text, so every use of it can be found.
 */
export class Secret {
  readonly #text: string

  /** Wraps the secret. */
  constructor(text: string) {
    this.#text = text
  }

  /** Gives the secret itself. Never pass it to a log, an answer or a store. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }
}
