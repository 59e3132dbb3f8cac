/** An answer as `curl -i` prints it, and as a document shows it. */
export interface HttpAnswer {
  /** the status line */
  readonly line: string
  /** values by names in lower case */
  readonly headers: ReadonlyMap<string, string>
  /** the JSON, on one line; nothing where there is no body */
  readonly body: string
}

/** @throws {SyntaxError} where the body is no JSON */
export function readHttpAnswer(text: string): HttpAnswer {
  const [head = '', ...rest] = text.replaceAll('\r\n', '\n').split('\n\n')
  const [line = '', ...headers] = head.split('\n').filter((one) => one !== '')
  const body = rest.join('\n\n').trim()
  return {
    line,
    headers: new Map(
      headers.map((header) => {
        const colon = header.indexOf(':')
        return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()]
      }),
    ),
    body: body && JSON.stringify(JSON.parse(body)),
  }
}

/**
 * @param except headers that are left out
 * @returns the answer in a form in which two can be compared: the order of headers means nothing, that of fields does
 */
export function comparable({ line, headers, body }: HttpAnswer, except: readonly string[] = []): string {
  const told = [...headers].filter(([name]) => !except.includes(name)).sort()
  return [line, ...told.map(([name, value]) => `${name}: ${value}`), '', body].join('\n')
}
