const utf8 = new TextEncoder()

/** @returns the bytes of a text in UTF-8 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text) as Uint8Array<ArrayBuffer> // its memory is always its own
}

/** @returns a form's fields: `application/x-www-form-urlencoded` */
export function formOf(bytes: Uint8Array): URLSearchParams {
  return new URLSearchParams(new TextDecoder().decode(bytes))
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** @returns lower-case hexadecimal digits, two a byte */
export function hex(bytes: Uint8Array): string {
  let digits = ''
  for (const byte of bytes) digits += HEX[byte]
  return digits
}

/** @returns the SHA-256 digest (FIPS 180-4) of a text's UTF-8 bytes, 32 bytes */
export function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return sha256Bytes(bytesOf(text))
}

/** @returns the SHA-256 digest of bytes, 32 bytes */
export async function sha256Bytes(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/**
 * Compares two digests without telling by its duration where they differ.
 *
 * @returns whether they are of one length and equal
 */
export function equalDigests(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}
