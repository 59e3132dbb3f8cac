/** Headers that prove who sends, or that a body is whole. */
const PROVES = /^(?:authorization|dpop|cookie|.*(?:signature|token).*)$/i
/** What is long enough in a header to be a key, a token or a signature; a scheme, a version or a time is not. */
const LONG = /[\w+/-]{20,}/g

const proofs = new Set<string>()
/** callback addresses without their scheme */
const callbacks = new Set<string>()

/**
 * Remembers what proves a request that goes to a Worker or comes from one, so that it is looked for in what the Worker
 * leaves behind.
 *
 * @param headers the request's
 */
export function inPlay(headers: Iterable<readonly [name: string, value: string]>): void {
  for (const [name, value] of headers)
    if (PROVES.test(name)) for (const [proof] of value.matchAll(LONG)) proofs.add(proof)
}

/**
 * Remembers the address that a create wants its result at: anyone who knows it may post there.
 *
 * @param request what is sent to a Worker
 */
export function callbackInPlay(request: unknown): void {
  const { callbackUrl } = Object(request)
  const url = typeof callbackUrl === 'string' ? URL.parse(callbackUrl) : null
  // a host alone is no secret: it stands in the policy, and in warnings
  if (url && url.pathname + url.search !== '/') callbacks.add(`${url.host}${url.pathname}${url.search}`)
}

/** @returns whether a text holds a callback address of this process's requests */
export function holdsCallback(text: string): boolean {
  return [...callbacks].some((address) => text.includes(address))
}

/** @returns whether a text holds a proof of this process's requests */
export function holdsProof(text: string): boolean {
  return proofs.size > 0 && text.matchAll(LONG).some(([run]) => proofs.has(run))
}
