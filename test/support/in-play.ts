/** Headers that prove who sends, or that a body is whole. */
const PROVES = /^(?:authorization|dpop|cookie|.*(?:signature|token).*)$/i
/** What is long enough in a header to be a key, a token or a signature; a scheme, a version or a time is not. */
const LONG = /[\w+/-]{20,}/g

const proofs = new Set<string>()

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

/** @returns whether a text holds a proof of this process's requests */
export function holdsProof(text: string): boolean {
  return proofs.size > 0 && text.matchAll(LONG).some(([run]) => proofs.has(run))
}
