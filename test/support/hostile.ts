import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { escaped, replaced, text, utf8, value } from './curious.ts'
import { chatDelivery, conductorOneDelivery } from './hostile-chats.ts'
import { type Sender, senders, standardHeaders } from './senders.ts'
import { KEYS } from './worker.ts'

/** A request as somebody sends it who wants to do harm, or whose program is broken. */
export interface Shot {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer>
  /** whether ConductorOne signs it at the last moment; `{tenant}` in the body is where it is then */
  readonly signed?: boolean
  /** written to a socket byte by byte; else `fetch` sends it */
  readonly raw: 'no' | 'chunked' | 'doubled header' | 'longer than it says' | 'shorter than it says'
}

const OWNERS = ['owner@example.com', '2mQg9IILyNefQ6oMTvolM4FjD01', 'Mixed.Case@Example.com']

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
        '/console',
        '/docs.html',
        '/pages/style.css',
        '/pages/console.js',
        '/pages/',
        '/pages/..%2findex.html',
        '/pages/%2e%2e/openapi.json',
        '/pages/__proto__',
        '/pages/a/b',
        '/webhooks/slack',
        '/webhooks/conductorone',
        '/webhooks/teams/',
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

const TOOLS = [
  'create_vault',
  'create_vault',
  'create_vault',
  'preview_vault',
  'get_request',
  'list_requests',
]
const METHODS = [
  'tools/list',
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'resources/list',
]
const version = fc.constantFrom('2025-06-18', '2025-11-25', '2026-07-28', '2025-03-26', '', 'x')
/** What an agent sends: a call of a tool, or any other message, whole or damaged. */
const agent = fc
  .tuple(
    bytesFrom(
      fc.oneof(
        {
          weight: 8,
          arbitrary: fc
            .tuple(fc.constantFrom(...TOOLS), fc.oneof(soundText, changedText), text)
            .map(([tool, args, id]) => {
              const params = `{"name":"${tool}","arguments":${args}}`
              return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":${params}}`
            }),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.oneof(fc.constantFrom(...METHODS), text), value)
            .map(
              ([method, params]) =>
                `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":${params}}`,
            ),
        },
      ),
    ),
    headers,
    fc.option(version, { freq: 2 }),
  )
  .map(([body, headers, version]) => {
    const told: Shot['headers'] = version === null ? [] : [['MCP-Protocol-Version', version]]
    return { method: 'POST', path: '/mcp', headers: [...headers, ...told], body }
  })

type Proven = Omit<Shot, 'method' | 'raw'>

/** A delivery with other headers beside those that prove it. */
function beside([shot, others]: readonly [Proven, Shot['headers']]): Omit<Shot, 'raw'> {
  const names = shot.headers.map(([name]) => name.toLowerCase())
  const proves = (name: string) => names.includes(name) || (shot.signed && name === 'authorization')
  const headers = [...others.filter(([name]) => !proves(name.toLowerCase())), ...shot.headers]
  return { ...shot, method: 'POST', headers }
}

/** Any of them. */
export const hostile: fc.Arbitrary<Shot> = fc
  .tuple(
    fc.oneof(
      {
        weight: 16,
        arbitrary: fc
          .tuple(direct, query, headers, directBody)
          .map(([[method, path], query, headers, body]) => ({ method, path: path + query, headers, body })),
      },
      { weight: 6, arbitrary: delivery },
      { weight: 2, arbitrary: agent },
      { weight: 2, arbitrary: nowhere },
      { weight: 2, arbitrary: fc.tuple(chatDelivery, headers).map(beside) },
      { weight: 1, arbitrary: fc.tuple(conductorOneDelivery, headers).map(beside) },
    ),
    strangeMethod,
    raw,
  )
  .map(([shot, method, raw]) => ({ ...shot, method: method ?? shot.method, raw }))
