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

/** Stands for more members of an object, in an answer that a document shows in part. */
const MORE = '…'

/**
 * Reduces an answer to what a document shows of it.
 *
 * @param shown the document's answer; `"…": "…"` at the end of an object stands for members that are not shown
 */
export function abridged(real: HttpAnswer, shown: HttpAnswer): HttpAnswer {
  if (!real.body || !shown.body) return real
  return { ...real, body: JSON.stringify(reduced(JSON.parse(real.body), JSON.parse(shown.body))) }
}

function reduced(real: unknown, shown: unknown): unknown {
  if (Array.isArray(real) && Array.isArray(shown))
    return real.map((item, index) => reduced(item, shown[index]))
  if (!isObject(real) || !isObject(shown)) return real
  const isPart = MORE in shown
  const members = Object.entries(real)
    .filter(([key]) => !isPart || key in shown)
    .map(([key, value]) => [key, reduced(value, shown[key])])
  return Object.fromEntries(isPart ? [...members, [MORE, MORE]] : members)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
