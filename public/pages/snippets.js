/** @typedef {{ readonly method: string, readonly address: string, readonly keyed: boolean, readonly headers: Readonly<Record<string, string>>, readonly body: string | undefined }} Call */

/** The languages of the examples, and how each makes a call. The key stays out of all of them. */
export const LANGUAGES = /** @type {const} */ ([
  ['curl', curl],
  ['TypeScript', typescript],
  ['Python', python],
])

/**
 * Writes a call as a command for a POSIX shell.
 *
 * @param {Call} call
 * @returns {string}
 */
function curl({ method, address, keyed, headers, body }) {
  const parts = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${shellQuoted(address)}`,
    ...(keyed ? ['-H "Authorization: Bearer $VAULTS_KEY"'] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${shellQuoted(body)}`]),
  ]
  return parts.join(' \\\n  ')
}

/**
 * Quotes a text for a POSIX shell.
 *
 * @param {string} text
 */
function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * Writes a call as a module for Node, Deno, Bun or Workers.
 *
 * @param {Call} call
 * @returns {string}
 */
function typescript({ method, address, keyed, headers, body }) {
  const json = parsed(body)
  const fields = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template in the example
    ...(keyed ? ['    Authorization: `Bearer ${process.env.VAULTS_KEY}`,'] : []),
    ...Object.entries(headers).map(
      ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
    ),
  ]
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(fields.length > 0 ? ['  headers: {', ...fields, '  },'] : []),
    ...(body === undefined
      ? []
      : [
          `  body: ${json === undefined ? JSON.stringify(body) : `JSON.stringify(${indented(JSON.stringify(json, null, 2), 2)})`},`,
        ]),
  ]
  const more = options.length > 0 ? `, {\n${options.join('\n')}\n}` : ''
  return `const response = await fetch(${JSON.stringify(address)}${more})\nconsole.log(response.status, await response.text())`
}

/**
 * Writes a call as a script with the package `requests`.
 *
 * @param {Call} call
 * @returns {string}
 */
function python({ method, address, keyed, headers, body }) {
  const json = parsed(body)
  const fields = [
    ...(keyed ? [`        "Authorization": f"Bearer {os.environ['VAULTS_KEY']}",`] : []),
    ...Object.entries(headers).map(
      ([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
    ),
  ]
  const content =
    json === undefined ? `data=${JSON.stringify(body)}` : `json=${indented(pythonLiteral(json, '    '), 4)}`
  const options = [
    `    ${JSON.stringify(address)},`,
    ...(fields.length > 0 ? ['    headers={', ...fields, '    },'] : []),
    ...(body === undefined ? [] : [`    ${content},`]),
  ]
  return [
    ...(keyed ? ['import os', ''] : []),
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    ...options,
    ')',
    'print(response.status_code, response.text)',
  ].join('\n')
}

/**
 * Parses a body; undefined if it is not JSON.
 *
 * @param {string | undefined} body
 * @returns {unknown}
 */
function parsed(body) {
  if (body === undefined) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/**
 * JSON's numbers and strings are Python's as well; its words are not.
 *
 * @param {unknown} value of JSON
 * @param {string} indent of one level
 * @returns {string}
 */
function pythonLiteral(value, indent) {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const lines = Array.isArray(value)
    ? value.map((item) => pythonLiteral(item, indent))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${pythonLiteral(item, indent)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (lines.length === 0) return `${open}${close}`
  return `${open}\n${lines.map((line) => `${indent}${indented(line, indent.length)},`).join('\n')}\n${close}`
}

/**
 * Moves every line but the first to the right.
 *
 * @param {string} text
 * @param {number} columns by which every line but the first moves to the right
 */
function indented(text, columns) {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`)
}
