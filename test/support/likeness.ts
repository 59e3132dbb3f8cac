/** What differs from one run to the next: ids of requests, of ConductorOne's objects, and times. */
const CHANGING = /\breq_[0-9a-z]{24}\b|\b[0-9A-Za-z]{27}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

type Kind = 'request' | 'id' | 'time'

function kindOf(text: string): Kind {
  return text.startsWith('req_') ? 'request' : text.includes(':') ? 'time' : 'id'
}

/**
 * Holds what a document shows against what really comes. Ids are other ones in every run, but each that is shown stands
 * for the same real one wherever it is shown, and no two for one. A time may be any, in the form that is shown.
 */
export class Likeness {
  readonly #real = new Map<string, string>()

  /** @returns the text with the real ids in the place of those that are shown */
  real(shown: string): string {
    return shown.replaceAll(CHANGING, (text) => this.#real.get(text) ?? text)
  }

  /**
   * @param shown what the document has
   * @param real what came
   * @returns what came, in the document's ids and times: the same text, where the two are alike
   */
  inTermsOf(shown: string, real: string): string {
    const pairs = new Map(this.#real)
    const expected = shown.match(CHANGING) ?? []
    let index = 0
    const told = real.replaceAll(CHANGING, (text) => {
      const candidate = expected[index++] ?? ''
      if (kindOf(candidate) !== kindOf(text)) return text
      if (kindOf(text) === 'time') return candidate
      const known = [...pairs].find(([, one]) => one === text)?.[0]
      if (known !== undefined) return known
      if (pairs.has(candidate)) return text
      pairs.set(candidate, text)
      return candidate
    })
    // what was not alike taught nothing
    if (told === shown) for (const [shownId, realId] of pairs) this.#real.set(shownId, realId)
    return told
  }
}
