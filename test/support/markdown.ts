/** A fenced block, without the indentation of the list that it stands in. */
export interface Block {
  readonly language: string
  readonly text: string
  /** where its text begins */
  readonly line: number
}

/** @returns the fenced blocks of a Markdown document, in order */
export function blocksOf(markdown: string): Block[] {
  const fenced = markdown.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)
  return Array.from(fenced, ({ index, 1: indent = '', 2: language = '', 3: text = '' }) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: markdown.slice(0, index).split('\n').length + 1,
  }))
}

/**
 * @param header the names of its columns
 * @returns the cells of the one table with that header, row by row
 */
export function tableOf(markdown: string, ...header: readonly string[]): string[][] {
  const [found, ...others] = markdown.split('\n\n').filter((part) => part.startsWith(rowText(header)))
  if (!found || others.length > 0) throw new Error(`there is not one table with ${header.join(', ')}`)
  const [, , ...rows] = found.trim().split('\n')
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** @returns what stands between backticks */
export function codes(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code)
}
