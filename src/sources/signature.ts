import { bytesOf, fromBase64, toBase64 } from '../lib/encoding.ts'

/**
 * How a sender signs: a row for one strict verifier. Each field says what the sender's documentation says; the verifier
 * accepts nothing that the row does not name.
 */
export type Signature = {
  readonly kind: 'signature'
  readonly algorithm: 'HMAC-SHA-256' | 'Ed25519'
  /** The header that carries the signature. */
  readonly header: string
  /** The secrets that this row is for, if the sender has two ways to sign. */
  readonly secrets?: RegExp
  /** How the secret's text becomes the key's bytes, after the prefix that `secrets` names. */
  readonly key: 'verbatim' | 'base64' | 'hex'
  /** What stands before the digest and names the scheme. */
  readonly prefix: string
  readonly encoding: 'hex' | 'base64'
  /** What stands between several signatures, if the scheme has a list. */
  readonly separator?: ',' | ' '
  /** What is signed: the body, and headers and words around it. */
  readonly text: readonly ({ readonly header: string } | { readonly word: string } | 'body')[]
  /** The signed time: how it is written, and by how much it may be off to either side. */
  readonly time?: {
    readonly header: string
    readonly unit: 'seconds' | 'RFC 3339'
    readonly toleranceSeconds: number
  }
}

/** More signatures than any rotation needs; a longer list is not read. */
const MAX_SIGNATURE_COUNT = 8

/** Tells whether a delivery is signed as the row says, with this secret. */
export async function isSigned(
  row: Signature,
  secret: string,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  now: number,
): Promise<boolean> {
  const text = signedText(row, headers, body)
  const candidates = readSignatures(row, headers.get(row.header) ?? '')
  const key = secret.replace(row.secrets ?? '', '')
  // people copy digits in either case
  const raw = decode(row.key, row.key === 'hex' ? key.toLowerCase() : key)
  if (!text || !candidates || !raw || !isFresh(row, headers, now)) return false
  try {
    const algorithm = row.algorithm === 'Ed25519' ? 'Ed25519' : { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify'])
    // the platform compares in constant time
    const verdicts = await Promise.all(
      candidates.map((candidate) => crypto.subtle.verify(algorithm, key, candidate, text)),
    )
    return verdicts.includes(true)
  } catch {
    return false // a secret that is not a key of this kind
  }
}

/** Reads the signatures of the row's scheme; undefined if one of them is not exactly as it must be. */
function readSignatures(row: Signature, value: string): Uint8Array<ArrayBuffer>[] | undefined {
  const parts = row.separator === undefined ? [value] : value.split(row.separator)
  if (parts.length > MAX_SIGNATURE_COUNT) return undefined
  const ours =
    row.separator === undefined ? parts : parts.filter((part) => part.trim().startsWith(row.prefix))
  const decoded = ours.map((part) =>
    part.startsWith(row.prefix) ? decode(row.encoding, part.slice(row.prefix.length)) : undefined,
  )
  const length = row.algorithm === 'Ed25519' ? 64 : 32
  const exact = decoded.filter((bytes) => bytes?.length === length)
  return exact.length > 0 && exact.length === ours.length ? (exact as Uint8Array<ArrayBuffer>[]) : undefined // the filter leaves no undefined
}

function signedText(
  row: Signature,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (const part of row.text) {
    const text =
      part === 'body' ? body : 'word' in part ? bytesOf(part.word) : headerBytes(headers.get(part.header))
    if (!text) return undefined
    parts.push(text)
  }
  const all = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0))
  let end = 0
  for (const part of parts) {
    all.set(part, end)
    end += part.byteLength
  }
  return all
}

function headerBytes(value: string | null): Uint8Array<ArrayBuffer> | undefined {
  return value === null || value === '' ? undefined : bytesOf(value)
}

function isFresh({ time }: Signature, headers: Headers, now: number): boolean {
  if (!time) return true
  const value = headers.get(time.header) ?? ''
  const at =
    time.unit === 'RFC 3339'
      ? Date.parse(value)
      : /^\d{1,12}$/.test(value)
        ? Number(value) * 1_000
        : Number.NaN
  return Math.abs(now - at) <= time.toleranceSeconds * 1_000
}

const ENCODINGS = {
  hex: /^(?:[0-9a-f]{2})+$/,
  // canonical only: whole groups of four, right padding
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
}

/** Decodes text; undefined if it is not exactly in that encoding. */
function decode(encoding: 'verbatim' | 'base64' | 'hex', text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text === '') return undefined
  if (encoding === 'verbatim') return bytesOf(text)
  if (!ENCODINGS[encoding].test(text)) return undefined
  if (encoding === 'hex')
    return new Uint8Array((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))
  const bytes = fromBase64(text)
  // the last character may carry bits without a meaning; only one spelling is right
  return toBase64(bytes) === text ? bytes : undefined
}

/** An HMAC of the body under the secret as it is written, in hexadecimal digits: most senders sign so, or nearly so. */
export const BODY_HMAC = {
  kind: 'signature',
  algorithm: 'HMAC-SHA-256',
  key: 'verbatim',
  prefix: '',
  encoding: 'hex',
  text: ['body'],
} as const satisfies Partial<Signature>

/**
 * Standard Webhooks, which several senders use: `id.timestamp.body`, five minutes to either side, a list of
 * signatures; `v1` is HMAC, `v1a` is Ed25519.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const STANDARD_WEBHOOKS = {
  kind: 'signature',
  algorithm: 'HMAC-SHA-256',
  header: 'webhook-signature',
  secrets: /^whsec_/,
  key: 'base64',
  prefix: 'v1,',
  encoding: 'base64',
  separator: ' ',
  text: [{ header: 'webhook-id' }, { word: '.' }, { header: 'webhook-timestamp' }, { word: '.' }, 'body'],
  time: { header: 'webhook-timestamp', unit: 'seconds', toleranceSeconds: 300 },
} as const satisfies Signature
