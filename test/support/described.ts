import { faultAt, openapi, partAt } from './openapi.ts'
import type { Answer } from './worker.ts'

/** Headers of the transport, and those that the description names in its preface only. */
const UNTOLD =
  /^(connection|keep-alive|date|transfer-encoding|content-(type|length|encoding|security-policy)|strict-transport-security|referrer-policy|origin-agent-cluster|cross-origin-.*|x-(content-type-options|frame-options|dns-prefetch-control|download-options|permitted-cross-domain-policies|xss-protection))$/

/** Each path with what matches it, a slash at its end or not; one without parameters stands before one with. */
const paths = Object.keys(openapi.paths)
  .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
  .map((path) => ({
    path,
    form: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  }))

/** What was sent: the path without its query, and the body where it was JSON. */
export type Call = { readonly method: string; readonly path: string; readonly json?: unknown }

/**
 * The answer is one that the description has for this request: its status, its headers and its body. So is the body of
 * a request that was taken on. What no path or method is described for may be answered as the description says of all
 * such.
 *
 * @throws {Error} that says what differs
 */
export function expectDescribed({ method, path, json }: Call, answer: Answer): void {
  const operation = operationOf(method, path)
  const place = [...(operation ? [...operation, 'responses'] : ['x-unrouted']), String(answer.status)]
  const fault = partAt(place).part
    ? (headerFault(place, answer) ?? (method === 'HEAD' ? undefined : bodyFault(place, answer)))
    : `it has no status ${answer.status}`
  if (fault) throw new Error(undescribed(`the answer to ${method} ${path}`, fault, answer))
  const body = [...(operation ?? []), 'requestBody', 'content', 'application/json']
  if (json === undefined || answer.status >= 300 || !partAt(body).part) return
  const asked = faultAt([...body, 'schema'], json)
  if (asked) throw new Error(undescribed(`what ${method} ${path} takes`, asked, answer, json))
}

function undescribed(what: string, fault: string, { status, body }: Answer, json?: unknown): string {
  const said = [json, body].map((text) => JSON.stringify(text)?.slice(0, 2_000)).filter(Boolean)
  return `public/openapi.json does not describe ${what}: ${fault}\n${status} ${said.join(' from ')}`
}

/** @returns where the description has the operation, or undefined where it has none */
function operationOf(method: string, pathname: string): readonly string[] | undefined {
  const path = paths.find(({ form }) => form.test(pathname))?.path ?? ''
  const place = ['paths', path, method === 'HEAD' ? 'get' : method.toLowerCase()]
  return partAt(place).part ? place : undefined
}

function headerFault(place: readonly string[], { headers }: Answer): string | undefined {
  const described = Object.keys(partAt([...place, 'headers']).part)
  const told = described.map((name) => name.toLowerCase())
  const untold = [...headers.keys()].find((name) => !told.includes(name) && !UNTOLD.test(name))
  if (untold) return `it has no header ${untold}`
  for (const name of described) {
    const { required, schema } = partAt([...place, 'headers', name]).part
    const value = headers.get(name)
    if (value === null && required) return `the header ${name} is missing`
    const read = schema.type === 'integer' ? Number(value) : value
    const fault = value === null ? undefined : faultAt([...place, 'headers', name, 'schema'], read)
    if (fault) return `the header ${name} is ${value}: ${fault}`
  }
  return undefined
}

function bodyFault(place: readonly string[], { status, headers, body }: Answer): string | undefined {
  const type = headers.get('content-type')?.split(';')[0] ?? ''
  if (body === '' && type === '' && partAt([...place, 'x-silent']).part) return undefined
  if (!partAt([...place, 'content', type]).part) return `it has no content of type ${type || 'none'}`
  const fault = faultAt([...place, 'content', type, 'schema'], body)
  if (fault) return fault
  // RFC 9457, section 3.1.2
  return type === 'application/problem+json' && body.status !== status
    ? `its status says ${body.status}`
    : undefined
}
