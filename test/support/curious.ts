import fc from 'fast-check'

/** Text that has broken something, somewhere. */
const curious = fc.constantFrom(
  ...[
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'then',
    'toJSON',
    'null',
    'NaN',
    '-0',
  ],
  ...[
    '\u202eevil',
    '\u2066a\u2069',
    '\u200f',
    '\ufeff',
    '\u0000',
    '\u0007',
    '\u001b[31m',
    '\u0085',
    '\u2028',
  ],
  ...['\ud800', 'a\udc00b', '\udfff\ud800', '\u{1f511}', 'e\u0301', '\uffff', 'ﷺ', '\u0130'],
  ...[
    "'; DROP TABLE requests;--",
    '<script>alert(1)</script>',
    '#{7*7}',
    '{{7*7}}',
    '%00',
    '%s%n',
    '../../etc',
  ],
  ...[
    'a\r\nSet-Cookie: b=c',
    'a\tb',
    '\\',
    '"',
    '\\u0000',
    'owner@example.com',
    'req_01kattkq8a0000000000000',
  ],
  ...[255, 256, 320, 321, 2_000, 2_001].map((length) => 'a'.repeat(length)),
)
/** Any text, most of it {@link curious}. */
export const text = fc.oneof(
  { weight: 3, arbitrary: curious },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.constantFrom(10, 100, 1_000, 10_000))
  .map(([open, depth]) => `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`)

/** One value in JSON, or nearly. */
export const value = fc.oneof(
  { weight: 4, arbitrary: text.map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        'null',
        'true',
        'false',
        '0',
        '-0',
        '1',
        '1.5',
        '1e400',
        '-1e400',
        '1e-400',
        '4294967295',
        '4294967296',
      ],
      ...['9007199254740993', '123456789012345678901234567890', '1E+2', '[]', '{}', '[[]]', '[null]', '""'],
      ...['{"__proto__":{"id":"x"}}', '{"constructor":{"prototype":{}}}', '{"toString":1}', '{"length":-1}'],
      ...[
        'NaN',
        'Infinity',
        'undefined',
        '01',
        "'a'",
        '1_000',
        '"\\ud800"',
        '"\\u202e"',
        '"\\x41"',
        '"a',
        '/**/1',
      ],
    ),
  },
  { weight: 1, arbitrary: nested },
)

/** @returns its bytes */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text))

/** Percent-encoded; a lone surrogate cannot be, so it is replaced. */
export function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

const MARK = '@@here@@'

/** A delivery with one of its values replaced; where says which, for any shape. */
export function replaced(payload: unknown, where: number, by: string | null): string {
  if (by === null) return JSON.stringify(payload)
  let left = where
  const marked = JSON.stringify(payload, (_, value) => (left-- === 0 ? MARK : value))
  return marked.replace(JSON.stringify(MARK), () => by)
}
