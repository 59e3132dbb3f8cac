/** What would end a host in a URL, or be decoded there: none of it is part of a domain. */
const NOT_IN_DOMAIN = /[/?#:@\\[\]%\s]/

/**
 * Writes a domain in its ASCII form, so that `müller.example` and `xn--mller-kva.example` are the same.
 *
 * @returns lower-case labels, or undefined if the text is not a domain
 * @see https://url.spec.whatwg.org/#concept-domain-to-ascii
 */
export function asciiDomain(text: string): string | undefined {
  if (NOT_IN_DOMAIN.test(text)) return undefined
  return URL.parse(`https://${text}`)?.hostname
}
