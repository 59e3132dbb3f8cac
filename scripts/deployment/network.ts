import type { World } from '../../src/lib/world.ts'

/** The world as this process has it. */
export const world: World = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  fetch: (input, init) => fetch(input, init),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  background: () => {},
}

const NOT_TRUSTED =
  'its certificate is not trusted here; if a proxy inspects TLS, name its certificate in NODE_EXTRA_CA_CERTS'
const SILENT = 'it does not answer; if you need a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1'
const BROKEN = 'the connection broke'
const NO_TLS = 'it does not speak TLS'

/** Why there was no answer, by the code of Node's error. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no host has that name',
  EAI_AGAIN: 'its name could not be looked up; is this machine online?',
  ECONNREFUSED: 'nothing listens there',
  ENETUNREACH: 'there is no way to it from here',
  EHOSTUNREACH: 'there is no way to it from here',
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  ECONNRESET: BROKEN,
  UND_ERR_SOCKET: BROKEN,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
}

/**
 * Says in words why there was no answer.
 *
 * @param error what `fetch` was rejected with
 */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return BROKEN
  if (error.name === 'TimeoutError') return SILENT
  const { cause } = error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  return CAUSES[code] ?? (code ? `${BROKEN} (${code})` : BROKEN)
}
