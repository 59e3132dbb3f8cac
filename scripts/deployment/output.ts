import { wrapText } from './wrap.ts'

/** The width of a terminal that doesn't tell its own. */
const DEFAULT_COLUMNS = 80

/** Writes a text, with its lines broken at the terminal's width; in a pipe, lines stay whole. */
export function say(text: string): void {
  process.stdout.write(fitToTerminal(text))
}

/** Breaks the lines of a text at the width of this process's terminal, if it has one. */
export function fitToTerminal(text: string): string {
  return process.stdout.isTTY ? wrapText(text, process.stdout.columns || DEFAULT_COLUMNS) : text
}

/** Ends this process with a last word: on stdout if all is well, else on stderr. */
export function stop(status: number, text: string): never {
  if (status === 0) process.stdout.write(fitToTerminal(text))
  else process.stderr.write(process.stderr.isTTY ? fitToTerminal(text) : text)
  process.exit(status)
}
