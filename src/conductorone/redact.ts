import { bytesOf, hex, toBase64 } from '../lib/encoding.ts'
import { Secret } from '../lib/secret.ts'

/** A signed assertion or proof: RFC 7515, section 7.1. */
const JWS = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g

/** A piece of the token of this length is a piece of the token and not a coincidence. */
const MIN_PIECE_CHARS = 12
/** Parts of pieces that are looked for first; a piece is so much longer that few places of a text need a look. */
const PART_CHARS = 4

const HIDDEN = String(new Secret(''))

/** The pieces of tokens; made once, since every answer to a token is searched for them. */
const known = new WeakMap<Secret, Pieces>()

type Pieces = {
  readonly length: number
  readonly all: ReadonlySet<string>
  /** every part of a piece */
  readonly parts: ReadonlySet<string>
}

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

/**
 * Says whether JSON text may repeat a token in any way that {@link redact} knows, after a look at every ninth place.
 * Nearly every answer repeats nothing, and then its values need no search one by one.
 */
export function mayRepeat(json: string, token: Secret): boolean {
  if (HOLDS_CODES.test(json)) return true
  const { length, parts } = piecesOf(token)
  // white space may stand inside a token, and what stands around a text may only add to it
  const text = json.replaceAll(WHITE_SPACE, '')
  const partLength = Math.min(PART_CHARS, length)
  // the longest step at which one of the places lies in each piece with a whole part
  const step = length - partLength + 1
  for (let start = 0; start + partLength <= text.length; start += step)
    if (parts.has(text.slice(start, start + partLength))) return true
  return false
}

/** Removes assertions and proofs from an error message that repeats them. */
export function redactSigned(message: string): string {
  return message.replaceAll(JWS, HIDDEN)
}

function redactText(text: string, token: Secret): string {
  const pieces = piecesOf(token)
  // no encoding makes a text shorter, so a short one holds no piece
  if (text.length < pieces.length) return text
  const redacted = withoutPieces(text, pieces)
  // an encoding that hides the token from the search above: the whole text goes
  const isHidden = decodings(redacted).some((decoded) => withoutPieces(decoded, pieces) !== decoded)
  return isHidden ? HIDDEN : redacted
}

function piecesOf(token: Secret): Pieces {
  const made = known.get(token)
  if (made) return made
  const pieces = makePieces(token)
  known.set(token, pieces)
  return pieces
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
  return { length, all: windows(forms, length), parts: windows(forms, Math.min(PART_CHARS, length)) }
}

/** Cuts out of texts everything that is so many characters long. */
function windows(texts: readonly string[], length: number): Set<string> {
  const all = new Set<string>()
  for (const text of texts)
    for (let start = 0; start + length <= text.length; start++) all.add(text.slice(start, start + length))
  return all
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

/** What {@link decodings} undoes, but for white space. */
const HOLDS_CODES = /[%&\\]/
const WHITE_SPACE = /\s+/g

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
    text.replaceAll(WHITE_SPACE, ''),
  ].filter((decoded) => decoded !== text)
}
