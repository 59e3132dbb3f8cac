/** Cuts text that is longer than its place takes, and never in the middle of a character. */
export function cut(text: string, maxChars: number): string {
  return text.length > maxChars ? `${text.slice(0, maxChars - 1).toWellFormed()}…` : text
}
