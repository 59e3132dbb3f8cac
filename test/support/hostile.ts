import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { type Sender, senders, standardHeaders } from './senders.ts'
import { KEYS } from './worker.ts'

/** A request as somebody sends it who wants to do harm, or whose program is broken. */
export interface Shot {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer>
  /** written to a socket byte by byte; else `fetch` sends it */
  readonly raw: 'no' | 'chunked' | 'doubled header' | 'longer than it says' | 'shorter than it says'
}

const OWNERS = ['owner@example.com', '2mQg9IILyNefQ6oMTvolM4FjD01', 'Mixed.Case@Example.com']

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
const text = fc.oneof(
  { weight: 3, arbitrary: curious },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.constantFrom(10, 100, 1_000, 10_000))
  .map(([open, depth]) => `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`)

/** One value in JSON, or nearly. */
const value = fc.oneof(
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

/** The fields of a sound request: what each may hold. */
const sound = {
  name: fc.nat(999).map((number) => `"Vault ${number}"`),
  description: fc.constantFrom('"What it is for."', '"Two\\nlines"'),
  kind: fc.constantFrom('"group"', '"magic_link"'),
  maxViews: fc.constantFrom('1', '10', '11'),
  allowUnauthenticated: fc.constantFrom('false', 'true'),
  owners: fc.subarray(OWNERS).map((owners) => JSON.stringify(owners)),
  credentialTtl: fc.constantFrom('"30d"', '"1h"', '"0s"', '"99999999999999999w"'),
  ticket: fc.nat(99).map((number) => `{"id":"SEC-${number}"}`),
  requestedBy: fc.constantFrom('"jane@example.com"', '"Jane Doe"'),
  callbackUrl: fc.constantFrom('"https://hooks.example.com/"', '"https://user@hooks.example.com/"'),
}

const member = ([key, value]: readonly [string, string]) => `${JSON.stringify(key)}:${value}`
const object = (members: readonly (readonly [string, string])[]) => `{${members.map(member).join(',')}}`

/** The simplified request: whole, with a field that is wrong, with one twice, with one too many. */
const soundText = fc
  .record(
    { name: sound.name, owners: sound.owners, ticket: sound.ticket, description: sound.description },
    {
      requiredKeys: ['name'],
    },
  )
  .map((fields) => object(Object.entries(fields)))
const changedText = fc
  .tuple(
    fc.record(sound, { requiredKeys: ['name'] }),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...Object.keys(sound)), text), value), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([fields, others, before]) => {
    const entries = Object.entries(fields)
    return object(before ? [...others, ...entries] : [...entries, ...others])
  })
const manyFields = fc
  .constantFrom(100, 5_000, 30_000)
  .map((count) => object(Array.from({ length: count }, (_, index) => [`f${index}`, '0'])))
const long = fc
  .constantFrom(60_000, 65_536, 70_000, 262_144, 270_000)
  .map((length) => `{"name":"${'a'.repeat(length)}"}`)

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text))

/** Some bytes of a text are others, gone or new. */
function damaged(texts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const blow = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 255 }),
    fc.nat(2),
  )
  return fc.tuple(texts, fc.array(blow, { minLength: 1, maxLength: 4 })).map(([text, blows]) => {
    const bytes = [...utf8(text)]
    for (const [where, byte, kind] of blows)
      bytes.splice(Math.floor(where * bytes.length), kind === 0 ? 0 : 1, ...(kind === 2 ? [] : [byte]))
    return Uint8Array.from(bytes)
  })
}

function bytesFrom(texts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.oneof(
    { weight: 14, arbitrary: texts.map(utf8) },
    { weight: 3, arbitrary: damaged(texts) },
    { weight: 2, arbitrary: value.map(utf8) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes)) },
    { weight: 1, arbitrary: fc.constantFrom(...['', '\ufeff{}', '\u0000', '{}{}', 'null']).map(utf8) },
  )
}

const directBody = bytesFrom(
  fc.oneof(
    { weight: 60, arbitrary: soundText },
    { weight: 120, arbitrary: changedText },
    { weight: 4, arbitrary: manyFields },
    { weight: 2, arbitrary: long },
  ),
)

/** What a header can carry at all. */
const headerText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  fc.string({ unit: fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom(
    '',
    '"',
    '""',
    '"a',
    ',',
    ';',
    '=',
    'a, b',
    '*',
    '*/*',
    'k'.repeat(255),
    'k'.repeat(256),
    '\t',
  ),
  fc.constantFrom('__proto__', 'constructor', 'null', '0', '-1', '1e400', 'a'.repeat(8_000)),
)

const bearer = (key: string) => `Bearer ${key}`
const authorization = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(KEYS.runbook, KEYS.other, KEYS.operator).map(bearer) },
  { weight: 1, arbitrary: fc.constant(bearer(KEYS.reader)) },
  { weight: 1, arbitrary: headerText },
  { weight: 1, arbitrary: headerText.map(bearer) },
  { weight: 1, arbitrary: headerText.map((text) => `${bearer(KEYS.operator)}${text.trim() && ` ${text}`}`) },
)
const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('application/json', 'Application/JSON; charset=UTF-8') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=a',
        'application/xml',
      ],
      ...[
        'application/json; charset=latin1',
        'application/jsonp',
        'application/problem+json',
        'text/json, a/b',
      ],
    ),
  },
  { weight: 1, arbitrary: headerText },
)
const otherHeader = fc.tuple(
  fc.constantFrom(
    ...[
      'Idempotency-Key',
      'Prefer',
      'traceparent',
      'tracestate',
      'Accept',
      'Accept-Encoding',
      'Content-Encoding',
    ],
    ...['Cookie', 'Range', 'If-None-Match', 'Origin', 'CF-Connecting-IP', 'X-Forwarded-For', 'X-Request-Id'],
    ...['X-HTTP-Method-Override', 'webhook-id', 'X-GitHub-Event', 'X-Hub-Signature-256', 'Linear-Signature'],
  ),
  headerText,
)
const wellMeant = fc.constantFrom<readonly [string, string]>(
  ['Idempotency-Key', 'key-1'],
  ['Idempotency-Key', '"key-2"'],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['Prefer', 'wait=10'],
)
const headers = fc
  .tuple(
    fc.option(authorization, { freq: 15 }),
    fc.option(contentType, { freq: 15 }),
    fc.array(fc.oneof({ weight: 3, arbitrary: otherHeader }, { weight: 1, arbitrary: wellMeant }), {
      maxLength: 3,
    }),
    // each starts a Workflow
    fc.integer({ min: 0, max: 60 }).map((die) => die === 0),
  )
  .map(([authorization, contentType, others, background]): (readonly [string, string])[] => [
    ...(authorization === null ? [] : [['Authorization', authorization] as const]),
    ...(contentType === null ? [] : [['Content-Type', contentType] as const]),
    ...others,
    ...(background ? [['Prefer', 'respond-async'] as const] : []),
  ])

const query = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '?dry_run=true',
        '?dry_run=false',
        '?dry_run=true&dry_run=false',
        '?dry_run',
        '?',
        '??',
        '?&&',
        '?=',
        '?%',
      ],
      ...[
        '?__proto__=1',
        '?__proto__[a]=1',
        '?constructor=1&toString=2',
        '?limit=1',
        '?limit=0',
        '?limit=1e2',
      ],
      ...[
        '?limit=100&limit=1',
        '?status=created',
        '?status=CREATED',
        '?cursor=a',
        '?cursor=req_',
        '?ticket=',
      ],
      ...[
        '?ticket=%ff',
        '?ticket=%00',
        '?ticket=SEC-1',
        `?ticket=${'a'.repeat(4_000)}`,
        `?api_key=${KEYS.operator}`,
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(text, text).map(([name, value]) => `?${escaped(name)}=${escaped(value)}`),
  },
)

/** Percent-encoded; a lone surrogate cannot be, so it is replaced. */
function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

const anyPath = fc.oneof(
  { weight: 2, arbitrary: text.map((text) => `/${escaped(text)}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '/',
        '//',
        '/v1',
        '/v1/',
        '/v1/vaults/',
        '/v1//vaults',
        '/V1/vaults',
        '/v1/vaults/..%2f',
        '/v1/vaults/%',
      ],
      ...[
        '/v1/vaults/%00',
        '/v1/vaults/%ff',
        '/v1/vaults/a/b',
        '/v2/vaults',
        '/healthz',
        '/readyz',
        '/healthz/',
      ],
      ...[
        '/openapi.json',
        '/docs',
        '/problems',
        '/problems/not-found',
        '/problems/__proto__',
        '/problems/%ff',
      ],
      ...['/.env', '/wp-login.php', '/index.js.map', '/;/', '/v1/vaults;a=b', '/*'],
      `/${'a'.repeat(7_000)}`,
    ),
  },
)
const id = fc.oneof(
  text.map(escaped),
  fc.constantFrom('req_01kattkq8a0000000000000', '2mQg9IILyNefQ6oMTvolM4FjD99'),
)
const direct = fc.oneof(
  { weight: 24, arbitrary: fc.constant(['POST', '/v1/vaults'] as const) },
  { weight: 2, arbitrary: id.map((id) => ['GET', `/v1/vaults/${id}`] as const) },
  { weight: 1, arbitrary: fc.constant(['GET', '/v1/requests'] as const) },
  { weight: 2, arbitrary: id.map((id) => ['GET', `/v1/requests/${id}`] as const) },
  { weight: 2, arbitrary: id.map((id) => ['POST', `/v1/requests/${id}/resolve`] as const) },
  { weight: 4, arbitrary: anyPath.map((path) => ['GET', path] as const) },
)
const strangeMethod = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'PURGE', 'LOCK'],
    ),
  },
)
const raw = fc.oneof(
  { weight: 24, arbitrary: fc.constant('no' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...(['chunked', 'doubled header', 'longer than it says', 'shorter than it says'] as const),
    ),
  },
)

const MARK = '@@here@@'

/** A delivery with one of its values replaced; where says which, for any shape. */
function replaced(payload: unknown, where: number, by: string | null): string {
  if (by === null) return JSON.stringify(payload)
  let left = where
  const marked = JSON.stringify(payload, (_, value) => (left-- === 0 ? MARK : value))
  return marked.replace(JSON.stringify(MARK), () => by)
}

/** @returns the headers that prove any bytes, text or not */
function proof(source: string, sender: Sender, body: Uint8Array, id: string): Record<string, string> {
  const stamp = sender.stamp(Date.now())
  if (source === 'github')
    return {
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', sender.secret).update(body).digest('hex')}`,
    }
  const text = new TextDecoder().decode(body)
  return source === 'standard'
    ? standardHeaders(text, sender.secret, stamp, id)
    : sender.sign(text, sender.secret, stamp)
}

const asked = fc.record({
  number: fc.nat(60),
  name: fc.oneof({ weight: 3, arbitrary: fc.constant('Payroll') }, { weight: 1, arbitrary: text }),
  owners: fc.oneof(
    { weight: 3, arbitrary: fc.constant('owner@example.com') },
    { weight: 1, arbitrary: text },
  ),
})
const delivery = fc
  .tuple(
    fc.constantFrom(...Object.entries(senders)),
    asked,
    fc.nat(40),
    fc.option(value, { freq: 2 }),
    fc.constantFrom('right', 'right', 'right', 'of another', 'none') /** whose signature */,
    fc.uuid(),
  )
  .chain(([[source, sender], asked, where, by, signature, id]) =>
    fc
      .tuple(
        fc.oneof(
          { weight: 20, arbitrary: bytesFrom(fc.constant(replaced(sender.payload(asked), where, by))) },
          { weight: 4, arbitrary: directBody },
          { weight: 1, arbitrary: manyFields.map(utf8) },
        ),
        headers,
      )
      .map(([body, headers]) => {
        const other = senders[source === 'jira' ? 'pagerduty' : 'jira'] ?? sender
        const signed = { right: sender, 'of another': { ...sender, secret: other.secret }, none: undefined }[
          signature
        ]
        const proofs = signed ? Object.entries(proof(source, signed, body, id)) : []
        const names = proofs.map(([name]) => name.toLowerCase())
        const others = headers.filter(([name]) => !names.includes(name.toLowerCase()))
        return { method: 'POST', path: `/webhooks/${source}`, headers: [...others, ...proofs], body }
      }),
  )
const nowhere = fc
  .tuple(text, headers, directBody)
  .map(([name, headers, body]) => ({ method: 'POST', path: `/webhooks/${escaped(name)}`, headers, body }))

/** Any of them. */
export const hostile: fc.Arbitrary<Shot> = fc
  .tuple(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(direct, query, headers, directBody)
          .map(([[method, path], query, headers, body]) => ({ method, path: path + query, headers, body })),
      },
      { weight: 3, arbitrary: delivery },
      { weight: 1, arbitrary: nowhere },
    ),
    strangeMethod,
    raw,
  )
  .map(([shot, method, raw]) => ({ ...shot, method: method ?? shot.method, raw }))
