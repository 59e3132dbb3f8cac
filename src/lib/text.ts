// Controls and the line separators, but not tab, line feed and carriage return, which text of several lines may have.
const CONTROL = /(?![\t\n\r])[\p{Cc}\u2028\u2029]/u
const LINE_BREAK = /[\t\n\r]/
// Characters that turn the direction of the text after them: they can make a name read as another (CVE-2021-42574).
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const ALL_BIDI = new RegExp(BIDI, 'g')
// Characters without a shape of their own, such as zero-width spaces, soft hyphens and byte order marks.
const ALL_INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
const BLANK = /^[\s\p{Default_Ignorable_Code_Point}]$/u
const ENDS_BLANK = /^[\s\p{Default_Ignorable_Code_Point}]|[\s\p{Default_Ignorable_Code_Point}]$/u
// What gives an emoji its colours stands behind it and can't be seen by itself.
const EMOJI_END = /[\p{Extended_Pictographic}0-9#*]\ufe0f$/u

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

/** Removes white space and characters that can't be seen from both ends of a text. */
export function trimInvisible(text: string): string {
  if (!ENDS_BLANK.test(text)) return text
  const points = [...text]
  let start = 0
  let end = points.length
  while (start < end && BLANK.test(points[start] ?? '')) start++
  while (end > start && BLANK.test(points[end - 1] ?? '')) end--
  const isEmoji = EMOJI_END.test(points.slice(start, end + 1).join(''))
  return points.slice(start, isEmoji ? end + 1 : end).join('')
}

/** Removes every character that can't be seen; white space stays. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(ALL_INVISIBLE, '')
}

/** Removes from the name or the address of a person what can't be seen: all of it in an address, direction marks in a name. */
export function withoutPersonMarks(person: string): string {
  return person.includes('@') ? withoutInvisible(person) : withoutDirectionMarks(person)
}

/** Removes the marks that change the direction of text. */
export function withoutDirectionMarks(text: string): string {
  return text.replaceAll(ALL_BIDI, '')
}

/** Puts a text on one line, without controls and direction marks, and cuts what is longer. */
export function cleanLine(text: string, maxChars: number): string {
  const line = withoutDirectionMarks(text).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  return trimInvisible(trimInvisible(line).slice(0, maxChars).toWellFormed())
}

/**
 * Reduces a text to what makes it the same as another to a reader: without characters that can't be seen, in lower case
 * whatever the language, composed (NFC), with each run of white space as one blank, trimmed.
 */
export function comparable(text: string): string {
  return withoutInvisible(text).toLowerCase().normalize('NFC').replaceAll(/\s+/g, ' ').trim()
}
