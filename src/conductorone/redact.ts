import { bytesOf, hex, toBase64 } from '../lib/encoding.ts'
import { Secret } from '../lib/secret.ts'

/** A signed assertion or proof: RFC 7515, section 7.1. */
const JWS = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g

/** A piece of the token of this length is a piece of the token and not a coincidence. */
const MIN_PIECE_CHARS = 12

const HIDDEN = String(new Secret(''))

/** The pieces of a token; made once, since every answer to the token is searched for them. */
const piecesOf = new WeakMap<Secret, Pieces>()

type Pieces = { readonly length: number; readonly all: ReadonlySet<string> }

/**
 * Removes an access token from what a server answered, wherever in the parsed JSON it stands: whole or in part, as it
 * is or in an encoding that a server may echo it in. Works on parsed values, as an escape in the JSON text would hide it.
 *
 * @param json a parsed answer, not nested too deeply to walk
 * @returns the same value with a placeholder in the token's place
 */
export function redact(json: unknown, token: Secret): unknown {
  if (typeof json === 'string') return redactText(json, token)
  if (Array.isArray(json)) return json.map((item) => redact(item, token))
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).map(([name, value]) => [redactText(name, token), redact(value, token)])
  return Object.fromEntries(entries)
}

/** Removes assertions and proofs from an error message that repeats them. */
export function redactSigned(message: string): string {
  return message.replaceAll(JWS, HIDDEN)
}

function redactText(text: string, token: Secret): string {
  let pieces = piecesOf.get(token)
  if (!pieces) {
    pieces = makePieces(token)
    piecesOf.set(token, pieces)
  }
  // no encoding makes a text shorter, so a short one holds no piece
  if (text.length < pieces.length) return text
  const redacted = withoutPieces(text, pieces)
  if (!MAY_BE_ENCODED.test(redacted)) return redacted
  // an encoding that hides the token from the search above: the whole text goes
  const isHidden = decodings(redacted).some((decoded) => withoutPieces(decoded, pieces) !== decoded)
  return isHidden ? HIDDEN : redacted
}

function makePieces(secret: Secret): Pieces {
  const token = secret.reveal()
  const bytes = bytesOf(token)
  const forms = [token, token.toLowerCase(), token.toUpperCase(), encodeURIComponent(token), hex(bytes)]
  // base64 of a text in which the token stands depends on how many bytes come before it
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + bytes.length)
    padded.set(bytes, before)
    // the first and last characters also carry bits of what stands around it
    const base64 = toBase64(padded)
      .replaceAll('=', '')
      .slice(before === 0 ? 0 : 4, -1)
    forms.push(base64, base64.replaceAll('+', '-').replaceAll('/', '_'))
  }
  const length = Math.min(MIN_PIECE_CHARS, token.length)
  const all = new Set<string>()
  for (const form of forms)
    for (let start = 0; start + length <= form.length; start++) all.add(form.slice(start, start + length))
  return { length, all }
}

/** Replaces each run of characters that is made of pieces. */
function withoutPieces(text: string, { length, all }: Pieces): string {
  let kept = ''
  let keptTo = 0
  let hiddenTo = -1
  for (let start = 0; start + length <= text.length; start++) {
    if (!all.has(text.slice(start, start + length))) continue
    if (start > hiddenTo) kept += text.slice(keptTo, start) + HIDDEN
    hiddenTo = start + length
    keptTo = hiddenTo
  }
  return kept + text.slice(keptTo)
}

/** What every one of {@link decodings} needs to find. */
const MAY_BE_ENCODED = /[%&\\\s]/

/** Undoes what may stand between the characters of a token: percent encoding, entities, escapes, white space. */
function decodings(text: string): string[] {
  const character = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '')
  return [
    text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => character(Number.parseInt(digits, 16))),
    text.replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (_, hexadecimal?: string, decimal?: string) =>
      character(hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal)),
    ),
    text.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, long?: string, short?: string) =>
      character(Number.parseInt(long ?? short ?? '', 16)),
    ),
    text.replaceAll(/\s+/g, ''),
  ].filter((decoded) => decoded !== text)
}
