const HIDDEN = '[secret]'

/**
 * A text that must not be printed: whatever turns it into text (a template, `String`, `JSON.stringify`, the
 * console) gets a placeholder. Only {@link Secret.reveal} gives the text, so every use of it can be found.
 */
export class Secret {
  readonly #text: string

  /** @param text the secret itself */
  constructor(text: string) {
    this.#text = text
  }

  /** @returns the secret itself; never pass it to a log, an answer or a store */
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
