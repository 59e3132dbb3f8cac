/** A list's mark, a finding's mark and name, or a flag and its meaning: what the rest of a wrapped line is indented to. */
const HANGING = /^ *(?:[✓!✗–] \S+(?: \S+)*? {2,}|--?\S+(?: [A-Z]+)? {2,}|\d+\. |- )/
/** What is to be copied as it stands: a command, a key, a line of a file. */
const VERBATIM = /^ {2,}(?:npm|npx|export|curl|PORT=|\[|\{|\S+ {2}[\w-]{40,}$)/
/** The least room for text beside an indentation; with less, lines are indented less. */
const MIN_TEXT_COLUMNS = 24

/**
 * Breaks lines at blanks so that they fit, and keeps their indentation. Commands and other lines to be copied stay
 * whole.
 *
 * @param columns the width of the terminal
 */
export function wrapText(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => (line.length <= columns || VERBATIM.test(line) ? [line] : wrapLine(line, columns)))
    .join('\n')
}

function wrapLine(line: string, columns: number): string[] {
  const [lead = ''] = HANGING.exec(line) ?? /^ */.exec(line) ?? []
  const indent = columns - lead.length < MIN_TEXT_COLUMNS ? 2 : lead.length
  const lines: string[] = []
  let current = lead
  let isEmpty = true
  for (const word of line.slice(lead.length).split(' ')) {
    if (!isEmpty && current.length + 1 + word.length > columns) {
      lines.push(current)
      current = ' '.repeat(indent)
      isEmpty = true
    }
    current += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, current]
}
