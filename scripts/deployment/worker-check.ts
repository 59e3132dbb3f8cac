import * as z from 'zod/mini'
import { isLoopback } from '../../src/lib/loopback.ts'
import { type Finding, inOrder, ok, quoted, unchecked, wrong } from './finding.ts'
import { causeOf, world } from './network.ts'
import { CALL_TIMEOUT_MS } from './tenant-api.ts'

const Health = z.looseObject({ status: z.literal('ok') })
const ProblemAnswer = z.looseObject({ code: z.string() })
const Readiness = z.looseObject({
  checks: z.optional(
    z.array(z.looseObject({ name: z.string(), ok: z.boolean(), do: z.optional(z.string()) })),
  ),
})

type Answer = { readonly status: number; readonly headers: Headers; readonly json: unknown }
type Get = (path: string, key?: string) => Promise<Answer>

/**
 * Checks a running Worker from outside, as its callers see it. Makes nothing.
 *
 * @param url its address
 * @param key an API key; to one with the scope `operate` the Worker itself says what is wrong
 */
export function checkWorker(url: URL, key: string | undefined): Promise<Finding[]> {
  return inOrder(['address', 'headers', 'settings', 'readiness', 'key'], checks(url, key))
}

async function* checks(url: URL, key: string | undefined): AsyncGenerator<Finding> {
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    return yield wrong('address', 'keys would travel in the clear: use https')
  try {
    yield* steps(getter(url), key)
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error
    yield wrong('address', `${url.origin} does not answer: ${causeOf(error)}`)
  }
}

async function* steps(get: Get, key: string | undefined): AsyncGenerator<Finding> {
  const health = await get('/healthz')
  const address = addressFinding(health)
  yield address
  if (address.status === 'wrong') return
  yield headersFinding(health.headers)
  const settings = settingsFinding(await get('/v1/requests'))
  yield settings
  if (settings.status === 'wrong') return
  yield* readinessFindings(await get('/readyz', key), key)
  yield key === undefined
    ? unchecked('key', 'none was given: set VAULTS_KEY')
    : keyFinding(await get('/v1/requests?limit=1', key))
}

function getter(url: URL): Get {
  return async (path, key) => {
    const response = await world.fetch(new URL(path, url).href, {
      redirect: 'manual',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    })
    const json: unknown = await response.json().catch(() => undefined)
    return { status: response.status, headers: response.headers, json }
  }
}

function addressFinding({ status, headers, json }: Answer): Finding {
  if (status === 200 && Health.safeParse(json).success) return ok('address', 'the Worker answers')
  const location = headers.get('location')
  if (location)
    return wrong('address', `redirects to ${quoted(location)}: use the address of the Worker itself`)
  return wrong(
    'address',
    `something else answers there (HTTP ${status}): check the address, and deploy first`,
  )
}

function headersFinding(headers: Headers): Finding {
  const lacking = [
    ...(/^req_\w+$/.test(headers.get('x-request-id') ?? '') ? [] : ['X-Request-Id']),
    ...(headers.get('cache-control') === 'no-store' ? [] : ['Cache-Control: no-store']),
  ]
  if (lacking.length === 0) return ok('headers', 'arrive as they were sent')
  return wrong('headers', `${lacking.join(' and ')} got lost: make what is in front of the Worker pass it on`)
}

/** Judges the answer to a caller without a key: a Worker that is configured refuses it. */
function settingsFinding({ status, json }: Answer): Finding {
  const code = ProblemAnswer.safeParse(json).data?.code
  if (status === 401) return ok('settings', 'are valid')
  if (code === 'misconfigured')
    return wrong(
      'settings',
      'are wrong, and the Worker doesn’t tell strangers why: run this with what was deployed (--secrets-file), or read the log (npx wrangler tail)',
    )
  if (status === 429) return unchecked('settings', 'too many requests; wait a minute')
  return wrong(
    'settings',
    `a request without a key gets HTTP ${status} instead of 401: read the log (npx wrangler tail)`,
  )
}

function readinessFindings({ status, json }: Answer, key: string | undefined): Finding[] {
  const name = 'readiness'
  const { checks } = Readiness.safeParse(json).data ?? {}
  if (checks) {
    const faults = checks.filter((check) => !check.ok)
    if (faults.length === 0) return [ok(name, `all is well: ${checks.map((check) => check.name).join(', ')}`)]
    return faults.map((check) => wrong(name, `${check.name}: ${quoted(check.do ?? '')}`))
  }
  if (status === 200) return [ok(name, 'it has a token')]
  const why =
    key === undefined
      ? 'set VAULTS_KEY to a key with the scope operate, and it says why'
      : 'VAULTS_KEY lacks the scope operate, so it does not say why'
  return [wrong(name, `it gets no token from ConductorOne (HTTP ${status}): ${why}`)]
}

function keyFinding({ status, json }: Answer): Finding {
  const code = ProblemAnswer.safeParse(json).data?.code ?? ''
  if (status === 200) return ok('key', 'is valid')
  if (code === 'forbidden') return ok('key', 'is valid, but may not read')
  if (code === 'unauthenticated')
    return wrong('key', 'VAULTS_KEY is not among the API_KEYS that are deployed: put the right one there')
  return wrong('key', `it gets HTTP ${status} ${quoted(code)}`.trim())
}
