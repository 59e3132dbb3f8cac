import { wrapped } from './wrap.ts'

/** The width at which lines break if the terminal does not tell its own. */
const DEFAULT_COLUMNS = 80

/** Says something, with its lines broken at the terminal's width; in a pipe, lines stay whole. */
export function say(text: string): void {
  process.stdout.write(fitted(text))
}

/** @returns the text as this process's terminal can show it */
export function fitted(text: string): string {
  return process.stdout.isTTY ? wrapped(text, process.stdout.columns || DEFAULT_COLUMNS) : text
}

/** Ends this process with a last word: on stdout if all is well, else on stderr. */
export function stop(status: number, text: string): never {
  if (status === 0) process.stdout.write(fitted(text))
  else process.stderr.write(process.stderr.isTTY ? fitted(text) : text)
  process.exit(status)
}
