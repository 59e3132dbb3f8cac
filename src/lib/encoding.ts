const utf8 = new TextEncoder()

/** Encodes a text in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text) as Uint8Array<ArrayBuffer> // its memory is always its own
}

/** Reads the fields of an `application/x-www-form-urlencoded` body. */
export function formOf(bytes: Uint8Array): URLSearchParams {
  return new URLSearchParams(new TextDecoder().decode(bytes))
}

/** Decodes what is percent-encoded (RFC 3986, section 2.1); a text that is not stays as it is. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Writes bytes as lower-case hexadecimal digits, two for each byte. */
export function hex(bytes: Uint8Array): string {
  let digits = ''
  for (const byte of bytes) digits += HEX[byte]
  return digits
}

/** Computes the SHA-256 digest (FIPS 180-4) of a text's UTF-8 bytes: 32 bytes. */
export function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return sha256Bytes(bytesOf(text))
}

/** Computes the SHA-256 digest of bytes: 32 bytes. */
export async function sha256Bytes(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/** Writes bytes in standard base64 with padding: RFC 4648, section 4. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * Reads standard base64, with or without padding.
 *
 * @throws {DOMException} if the text is not base64
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/**
 * Reads base64url without padding: RFC 4648, section 5.
 *
 * @throws {DOMException} if the text is not base64url
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}

/** Compares two digests in constant time, so that the duration doesn't tell at which byte they differ. */
export function equalDigests(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}
