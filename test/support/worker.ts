import type { NewCredential } from './credential.ts'
import { expectDescribed } from './described.ts'
import { callbackInPlay, inPlay } from './in-play.ts'
import { type Place, type Running, run } from './workerd.ts'

/** The callers that tests use, with keys that are long enough. */
export const KEYS = {
  runbook: 'runbook-key-0123456789-abcdefghijklmnop',
  other: 'other-key-0123456789-abcdefghijklmnopqr',
  reader: 'reader-key-0123456789-abcdefghijklmnopq',
  operator: 'operator-key-0123456789-abcdefghijklmno',
} as const

/** @returns the settings that tests start from: a tenant at `baseUrl`, and the callers of {@link KEYS} */
export function settings({ clientId, clientSecret }: NewCredential, baseUrl: URL): Record<string, string> {
  return {
    CONDUCTORONE_CLIENT_ID: clientId,
    CONDUCTORONE_CLIENT_SECRET: clientSecret,
    CONDUCTORONE_BASE_URL: baseUrl.origin,
    API_KEYS: JSON.stringify({
      runbook: KEYS.runbook,
      other: KEYS.other,
      reader: { key: KEYS.reader, scopes: ['read'] },
      operator: { key: KEYS.operator, scopes: ['create', 'read', 'operate'] },
    }),
  }
}

/** An answer, read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** the JSON body, or its text where it is no JSON; tests look into it freely */
  // biome-ignore lint/suspicious/noExplicitAny: what is in an answer is what a test is about
  readonly body: any
}

/** The Worker's API as its callers see it. */
export interface Api {
  readonly url: URL
  /** the text of every answer so far */
  readonly answers: readonly string[]
  /**
   * @param options the caller whose key is sent (default `runbook`, null for none), a body to send as JSON, headers
   * @throws {Error} where `public/openapi.json` does not describe the answer
   */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** `POST /v1/vaults` */
  create(request: unknown, options?: CallOptions): Promise<Answer>
}

/** A running Worker, and its API. */
export interface VaultWorker extends Running, Api {}

export interface CallOptions {
  readonly as?: keyof typeof KEYS | null
  readonly json?: unknown
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

/**
 * Starts the Worker's real build.
 *
 * @param bindings see {@link settings}
 */
export async function startWorker(bindings: Record<string, string>, place?: Place): Promise<VaultWorker> {
  const running = await run('worker', bindings, place)
  return { ...running, ...apiAt(running.url) }
}

/** @returns the API of a Worker that runs somewhere */
export function apiAt(url: URL): Api {
  const answers: string[] = []
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { as = 'runbook', json, headers, signal } = options
    const body = json === undefined ? options.body : JSON.stringify(json)
    const address = new URL(path, url)
    const sent = {
      ...(as && { Authorization: `Bearer ${KEYS[as]}` }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    }
    inPlay(Object.entries(sent))
    callbackInPlay(json)
    const response = await fetch(address, {
      method,
      redirect: 'manual',
      headers: sent,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    })
    const text = await response.text()
    answers.push(text)
    const answer = { status: response.status, headers: response.headers, body: jsonOrText(text) }
    expectDescribed({ method, path: address.pathname, json }, answer)
    return answer
  }
  return { url, answers, call, create: (json, options) => call('POST', '/v1/vaults', { json, ...options }) }
}

/** @returns the text read as JSON, or as it is where it is none */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
