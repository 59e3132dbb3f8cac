type Field = string | number | boolean | null | undefined | readonly string[]

const channels = {
  // biome-ignore lint/suspicious/noConsole: Workers log through the console
  info: (line: string) => console.log(line),
  // biome-ignore lint/suspicious/noConsole: as above
  warn: (line: string) => console.warn(line),
  // biome-ignore lint/suspicious/noConsole: as above
  error: (line: string) => console.error(line),
}

/**
 * Writes one line of JSON for one event, which the platform indexes by field.
 *
 * @param level how urgent it is for the operator
 * @param event what happened, in the past tense: `vault.created`
 * @param fields ids, durations in milliseconds and statuses; never a key, a token or text that people wrote
 */
export function log(
  level: keyof typeof channels,
  event: string,
  fields: Readonly<Record<string, Field>> = {},
): void {
  channels[level](JSON.stringify({ event, ...fields }))
}
