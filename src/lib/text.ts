// Controls and the line separators, but not tab, line feed and carriage return, which text of several lines may have.
const CONTROL = /(?![\t\n\r])[\p{Cc}\u2028\u2029]/u
const LINE_BREAK = /[\t\n\r]/
// Characters that turn the direction of the text after them: they can make a name read as another (CVE-2021-42574).
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/**
 * Finds what makes a text unfit to be shown in ConductorOne.
 *
 * @param text what a person wrote
 * @param lines whether the text may have several lines
 * @returns the fault in words, or undefined if there is none
 */
export function textFault(text: string, lines: 'one line' | 'several lines'): string | undefined {
  if (!text.isWellFormed()) return 'contains half of a surrogate pair, which is not Unicode text'
  if (lines === 'one line' && LINE_BREAK.test(text)) return 'must be a single line without tabs'
  if (CONTROL.test(text)) return 'contains a control character; remove it'
  if (BIDI.test(text)) return 'contains a character that changes the direction of text; remove it'
  return undefined
}
