import { decodeNumericCharacterReference } from 'micromark-util-decode-numeric-character-reference'
import { decodeNamedCharacterReference } from './named-references.ts'

const REFERENCE = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z][a-z0-9]{1,31}));/gi

/**
 * Decodes the character references of HTML, `&amp;`, `&#39;` or `&eacute;`; text that only looks like one stays.
 *
 * @see https://html.spec.whatwg.org/multipage/named-characters.html
 */
export function decodeHtmlText(text: string): string {
  return text.replaceAll(REFERENCE, (reference, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return decodeNumericCharacterReference(hex, 16)
    if (decimal !== undefined) return decodeNumericCharacterReference(decimal, 10)
    return decodeNamedCharacterReference(name ?? '') || reference
  })
}
