import { createHmac, generateKeyPairSync, createHash as hashOf, sign as signWith } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../../src/lib/encoding.ts'
import { Secret } from '../../../src/lib/secret.ts'
import { type Proof, verify } from '../../../src/sources/proof.ts'
import { sources } from '../../../src/sources/sources.ts'
import { MESSAGE_ID, senders, standardHeaders } from '../../support/senders.ts'
import { swapped } from '../../support/swapped-case.ts'
import { NOON } from '../world.ts'

type Delivery = {
  /** a list has the header twice */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly secrets: readonly string[]
  readonly now: number
}

function isGenuine(proofs: readonly Proof[], { headers, body, secrets, now }: Delivery): Promise<boolean> {
  const sent = new Headers()
  for (const [name, values] of Object.entries(headers))
    for (const value of [values].flat()) sent.append(name, value)
  const bytes = typeof body === 'string' ? bytesOf(body) : body
  return verify(
    proofs,
    secrets.map((secret) => new Secret(secret)),
    sent,
    bytes,
    now,
  )
}

function proofsOf(source: string): readonly Proof[] {
  const proofs = sources.get(source)?.proofs
  if (!proofs) throw new Error(`there is no source ${source}`)
  return proofs
}

describe('published vectors', () => {
  const EVERYBODY = "It's a Secret to Everybody"
  const STANDARD = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    now: 1_614_265_330_000,
    body: '{"test": 2432232314}',
  }
  const standard = (signature: string) => ({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  })
  const DECOY = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc='
  const SIGNED = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  const ZENDESK_TEST = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='
  const PAGERDUTY = {
    secret: 'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
    body: JSON.stringify(pagerDutyEvent()),
  }

  test.each<{
    source: string
    vector: string
    /** where it was published */
    origin: string
    secret: string
    headers: Record<string, string>
    body: string
    now?: number
    valid?: boolean
  }>([
    {
      source: 'standard',
      vector: 'the libraries’ fixed signature',
      origin: 'github.com/standard-webhooks/standard-webhooks libraries/javascript/src/webhook.test.ts',
      headers: standard(SIGNED),
      ...STANDARD,
    },
    {
      source: 'standard',
      vector: 'a rotation with decoys and an unknown version',
      origin: 'the same, "multi sig payload is valid"',
      headers: standard(`v1,${DECOY} v2,${DECOY} ${SIGNED} v1,${DECOY}`),
      ...STANDARD,
    },
    {
      source: 'standard',
      vector: 'one character off',
      origin: 'github.com/standard-webhooks/standard-webhooks libraries/python/tests/test_webhooks.py',
      headers: standard('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA='),
      ...STANDARD,
      valid: false,
    },
    {
      source: 'gitlab',
      vector: 'the same, as GitLab signs since 19.0',
      origin: 'docs.gitlab.com/user/project/integrations/webhooks/#signing-tokens refers to the above',
      headers: standard(SIGNED),
      ...STANDARD,
    },
    {
      source: 'github',
      vector: 'Hello, World! with a comma',
      origin: 'docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
      secret: EVERYBODY,
      headers: {
        'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      body: 'Hello, World!',
    },
    {
      source: 'github',
      vector: 'foo bar',
      origin: 'github.com/octokit/webhooks-methods.js test/verify.test.ts',
      secret: 'mysecret',
      headers: {
        'X-Hub-Signature-256': 'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3',
      },
      body: '{"foo":"bar"}',
    },
    {
      source: 'jira',
      vector: 'Hello World! without a comma',
      origin: 'developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks',
      secret: EVERYBODY,
      headers: {
        'X-Hub-Signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
      },
      body: 'Hello World!',
    },
    {
      source: 'jira',
      vector: 'GitHub’s body under Jira’s signature',
      origin: 'the two above',
      secret: EVERYBODY,
      headers: {
        'X-Hub-Signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
      },
      body: 'Hello, World!',
      valid: false,
    },
    {
      source: 'zendesk',
      vector: 'an empty body',
      origin: 'github.com/SlopMaster2/webhook-verify src/providers/zendesk.rs',
      secret: ZENDESK_TEST,
      headers: {
        'X-Zendesk-Webhook-Signature-Timestamp': '2021-03-25T05:09:27Z',
        'X-Zendesk-Webhook-Signature': 'wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw=',
      },
      body: '',
      now: 1_616_648_967_000,
    },
    {
      source: 'zendesk',
      vector: 'an event',
      origin: 'github.com/aaronellington/zendesk-go zendesk/webhook_test.go',
      secret: ZENDESK_TEST,
      headers: {
        'X-Zendesk-Webhook-Signature-Timestamp': '1234',
        'X-Zendesk-Webhook-Signature': '10IqYzYTLHRftNsNE+im0DeOM6/JactIRuy0XCHJ9B8=',
      },
      body: zendeskEvent(),
      // its timestamp is no instant but a year; the clock is set back to it
      now: Date.parse('1234'),
    },
    {
      source: 'linear',
      vector: 'an issue',
      origin: 'github.com/SlopMaster2/webhook-verify src/providers/linear.rs',
      secret: 'test_secret_key',
      headers: { 'Linear-Signature': 'd6fe7d87e27be0fa47a19aad05513445b414caae226a30677d7bdb9d78b836a0' },
      body: '{"action":"create","type":"Issue"}',
    },
    {
      source: 'pagerduty',
      vector: 'an incident',
      origin: 'github.com/PagerDuty/go-pagerduty webhookv3/webhookv3_test.go',
      headers: {
        'X-PagerDuty-Signature': 'v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd',
      },
      ...PAGERDUTY,
    },
    {
      source: 'pagerduty',
      vector: 'an incident with another signature',
      origin: 'the same',
      headers: {
        'X-PagerDuty-Signature': 'v1=7020c8a7ec668a9b7012bc3dd82e483394b038f4230acc6785efbf2a7d8bcaf5',
      },
      ...PAGERDUTY,
      valid: false,
    },
  ])('$source: $vector', async ({ source, secret, headers, body, now = NOON, valid = true }) => {
    expect(await isGenuine(proofsOf(source), { headers, body, secrets: [secret], now })).toBe(valid)
  })

  // https://www.rfc-editor.org/rfc/rfc4231, with a row that takes the key as hexadecimal digits
  test.each([
    ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe').toString('hex'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(20),
      new Uint8Array(50).fill(0xdd),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
  ])('RFC 4231 with the key %s', async (secret, body, signature) => {
    const row = {
      kind: 'signature',
      algorithm: 'HMAC-SHA-256',
      header: 'Signature',
      key: 'hex',
      prefix: '',
      encoding: 'hex',
      text: ['body'],
    } as const
    const delivery = { headers: { Signature: signature }, body, secrets: [secret], now: NOON }
    expect(await isGenuine([row], delivery)).toBe(true)
  })
})

/** One way in which a sender proves itself, and how that is done. */
type Case = {
  readonly name: string
  readonly source: string
  readonly secret: string
  /** another secret of the same kind */
  readonly other: string
  readonly header: string
  readonly prefix: string
  readonly encoding: 'hex' | 'base64'
  readonly list?: ',' | ' '
  readonly time?: { readonly header: string; readonly window: number }
  readonly stamp: (at: number) => string
  readonly sign: (body: string, secret: string, stamp: string) => Record<string, string>
}

function hmacCase(
  source: string,
  header: string,
  prefix: string,
  encoding: Case['encoding'],
  more?: Partial<Case>,
): Case {
  const sender = senders[source]
  if (!sender) throw new Error(`there is no sender ${source}`)
  const { secret, oldSecret, stamp, sign } = sender
  return { name: source, source, secret, other: oldSecret, header, prefix, encoding, stamp, sign, ...more }
}

const STANDARD = { list: ' ', time: { header: 'webhook-timestamp', window: 300 } } as const
const WHPK = ed25519()
const cases: readonly Case[] = [
  hmacCase('standard', 'webhook-signature', 'v1,', 'base64', STANDARD),
  hmacCase('standard', 'webhook-signature', 'v1a,', 'base64', {
    ...STANDARD,
    name: 'standard with Ed25519',
    ...WHPK,
  }),
  hmacCase('github', 'X-Hub-Signature-256', 'sha256=', 'hex'),
  hmacCase('gitlab', 'webhook-signature', 'v1,', 'base64', {
    ...STANDARD,
    other: `whsec_${Buffer.from('another-gitlab-signing-token-32b').toString('base64')}`,
  }),
  hmacCase('jira', 'X-Hub-Signature', 'sha256=', 'hex'),
  hmacCase('zendesk', 'X-Zendesk-Webhook-Signature', '', 'base64', {
    time: { header: 'X-Zendesk-Webhook-Signature-Timestamp', window: 3_600 },
  }),
  hmacCase('linear', 'Linear-Signature', '', 'hex'),
  hmacCase('pagerduty', 'X-PagerDuty-Signature', 'v1=', 'hex', { list: ',' }),
]

const BODY = '{"name": "Payroll", "owners": ["jane@example.com"]}'

function good({ sign, secret, stamp }: Case): Delivery {
  return { headers: sign(BODY, secret, stamp(NOON)), body: BODY, secrets: [secret], now: NOON }
}

function signatureOf(c: Case): string {
  return String(good(c).headers[c.header])
}

/** A good delivery with another value in the header of its signature, or with none. */
function having(c: Case, ...values: readonly string[]): Delivery {
  const delivery = good(c)
  return { ...delivery, headers: { ...delivery.headers, [c.header]: values } }
}

/** A delivery that is signed at a time, written as it is given, and arrives at noon. */
function stamped(c: Case, stamp: string): Delivery {
  return { ...good(c), headers: c.sign(BODY, c.secret, stamp) }
}

/** Ways to forge, each undefined where a row knows nothing like it. */
const forgeries: Readonly<Record<string, (c: Case, value: string, digest: string) => Delivery | undefined>> =
  {
    'another body': (c) => ({ ...good(c), body: BODY.replace('Payroll', 'Payrolls') }),
    'a body without its spaces': (c) => ({ ...good(c), body: BODY.replaceAll(' ', '') }),
    'a body with a line break more': (c) => ({ ...good(c), body: `${BODY}\n` }),
    'no body': (c) => ({ ...good(c), body: '' }),
    'another secret': (c) => ({ ...good(c), secrets: [c.other] }),
    'no secret': (c) => ({ ...good(c), secrets: [] }),
    'an empty secret': (c) => ({ ...good(c), secrets: [''] }),
    'a signature with an empty secret': (c) => ({
      ...good(c),
      headers: c.encoding === 'hex' ? c.sign(BODY, '', c.stamp(NOON)) : good(c).headers,
      secrets: [''],
    }),
    'no prefix': (c, _, digest) => (c.prefix === '' ? undefined : having(c, digest)),
    'the prefix of something older': (c, _, digest) => having(c, `sha1=${digest}`),
    'the prefix of something newer': (c, _, digest) => having(c, `v2=${digest}`),
    'a prefix in upper case': (c, _, digest) =>
      c.prefix === '' ? having(c, `V1=${digest}`) : having(c, c.prefix.toUpperCase() + digest),
    'a prefix twice': (c, value) => having(c, (c.prefix || 'sha256=') + value),
    'only the prefix': (c) => having(c, c.prefix),
    'the other encoding': (c, _, digest) =>
      having(c, c.prefix + Buffer.from(digest, c.encoding).toString(c.encoding === 'hex' ? 'base64' : 'hex')),
    'base64 for URLs': (c, _, digest) =>
      having(c, c.prefix + Buffer.from(digest, c.encoding).toString('base64url')),
    'letters in the other case': (c, _, digest) => having(c, c.prefix + swapped(digest)),
    'a 0x before the digits': (c, _, digest) => having(c, `${c.prefix}0x${digest}`),
    'a character less at the end': (c, value) => having(c, value.slice(0, -1)),
    'a byte less at the end': (c, value) => having(c, value.slice(0, -2)),
    'a character less in front': (c, _, digest) => having(c, c.prefix + digest.slice(1)),
    'the first half': (c, _, digest) => having(c, c.prefix + digest.slice(0, digest.length / 2)),
    'padding more': (c, value) => having(c, `${value}=`),
    'a zero byte more': (c, value) => having(c, value + (c.encoding === 'hex' ? '00' : 'AA==')),
    'junk behind it': (c, value) => having(c, `${value};q=1`),
    'no digit in the middle': (c, value) => having(c, `${value.slice(0, -3)}:${value.slice(-2)}`),
    'a space in the middle': (c, value) => having(c, `${value.slice(0, -3)} ${value.slice(-3)}`),
    'a space behind the prefix': (c, _, digest) =>
      c.prefix === '' ? undefined : having(c, `${c.prefix} ${digest}`),
    'a no-break space in front': (c, value) => having(c, `\u00a0${value}`),
    'a no-break space behind it': (c, value) => having(c, `${value}\u00a0`),
    'quotes around it': (c, value) => having(c, `"${value}"`),
    'the header twice': (c, value) => having(c, value, value),
    'the header twice, once wrong': (c, value) => having(c, c.prefix + wrong(c), value),
    'the value twice': (c, value) => having(c, value + value),
    'an empty header': (c) => having(c, ''),
    'no header': (c) => having(c),
    'a header of another name': (c, value) => ({
      ...having(c),
      headers: { ...having(c).headers, 'X-Signature': value, Authorization: value },
    }),
    'nothing but zeros': (c) =>
      having(c, c.prefix + Buffer.alloc(c.name.includes('Ed25519') ? 64 : 32).toString(c.encoding)),
    'the digest backwards': (c, _, digest) =>
      having(c, c.prefix + Buffer.from(digest, c.encoding).reverse().toString(c.encoding)),
    'a digest without a key': (c) => having(c, c.prefix + hashOf('sha256').update(BODY).digest(c.encoding)),
    'SHA-1': (c) => having(c, c.prefix + createHmac('sha1', c.secret).update(BODY).digest(c.encoding)),
    'SHA-512': (c) => having(c, c.prefix + createHmac('sha512', c.secret).update(BODY).digest(c.encoding)),
    'the key as the other kind of sender takes it': (c) => {
      const verbatim = c.secret.startsWith('wh')
      const key = verbatim ? c.secret : Buffer.from(c.secret, 'base64')
      const stamp = c.stamp(NOON)
      const text = c.list === ' ' ? `${MESSAGE_ID}.${stamp}.${BODY}` : stamp + BODY
      return having(c, c.prefix + createHmac('sha256', key).update(text).digest(c.encoding))
    },
    'a list of wrong ones': (c) =>
      c.list && having(c, Array.from({ length: 8 }, () => c.prefix + wrong(c)).join(c.list)),
    'a list that is too long': (c, value) =>
      c.list && having(c, [...Array.from({ length: 8 }, () => c.prefix + wrong(c)), value].join(c.list)),
    'a list with a broken one': (c, value) => c.list && having(c, `${value}${c.list}${c.prefix}!`),
    'a list where there is none': (c, value) => (c.list ? undefined : having(c, `${value},${value}`)),
    'a list with the wrong separator': (c, value) =>
      having(c, `${c.prefix}${wrong(c)}${c.list === ',' ? ' ' : ','}${value}`),
    'a time that is too old': (c) => c.time && { ...good(c), now: NOON + c.time.window * 1_000 + 1 },
    'a time in the future': (c) => c.time && { ...good(c), now: NOON - c.time.window * 1_000 - 1 },
    'a time that was changed afterwards': (c) =>
      c.time && {
        ...good(c),
        headers: { ...good(c).headers, [c.time.header]: c.stamp(NOON + 60_000) },
      },
    'no time': (c) => c.time && { ...good(c), headers: { ...good(c).headers, [c.time.header]: [] } },
    'the time twice': (c) =>
      c.time && {
        ...good(c),
        headers: { ...good(c).headers, [c.time.header]: [c.stamp(NOON), c.stamp(NOON)] },
      },
    'a time in milliseconds': (c) => c.time && stamped(c, String(NOON)),
    'a time in the other unit': (c) =>
      c.time && stamped(c, c.list === ' ' ? new Date(NOON).toISOString() : String(NOON / 1_000)),
    'a time with a sign': (c) => c.time && stamped(c, `+${c.stamp(NOON)}`),
    'a time with an exponent': (c) => c.time && stamped(c, `${NOON / 1_000_000}e3`),
    'a time in hexadecimal digits': (c) => c.time && stamped(c, `0x${(NOON / 1_000).toString(16)}`),
    'a time that is no number': (c) => c.time && stamped(c, 'NaN'),
    'an empty time': (c) => c.time && stamped(c, ''),
    'another message id': (c) =>
      c.list === ' ' ? { ...good(c), headers: { ...good(c).headers, 'webhook-id': 'msg_2' } } : undefined,
    'an empty message id': (c) =>
      c.secret.startsWith('whsec_')
        ? { ...good(c), headers: standardHeaders(BODY, c.secret, c.stamp(NOON), '') }
        : undefined,
    'no message id': (c) =>
      c.list === ' ' ? { ...good(c), headers: { ...good(c).headers, 'webhook-id': [] } } : undefined,
  }

/** Headers of every other sender that signs otherwise, over the same body with this sender's secret. */
function foreign(c: Case): [string, Delivery][] {
  const own = JSON.stringify(good(c).headers)
  const others = cases.filter(({ name }) => name !== c.name)
  return others.flatMap((other): [string, Delivery][] => {
    const headers = other.sign(
      BODY,
      other.name.includes('Ed25519') ? other.secret : c.secret,
      other.stamp(NOON),
    )
    const value = String(headers[other.header])
    const borrowed: [string, Delivery] = [`what ${other.name} would send`, { ...good(c), headers }]
    const moved: [string, Delivery] = [`the signature of ${other.name}`, having(c, value)]
    return [
      ...(JSON.stringify(headers) === own ? [] : [borrowed]),
      ...(value === signatureOf(c) ? [] : [moved]),
    ]
  })
}

describe.each(cases)('$name', (c) => {
  const attempts: [string, Delivery][] = Object.entries(forgeries).flatMap(([name, forge]) => {
    const value = signatureOf(c)
    const delivery = forge(c, value, value.slice(c.prefix.length))
    return delivery ? [[name, delivery]] : []
  })

  test('takes its own signature, with either secret while there are two', async () => {
    const delivery = good(c)
    expect(await isGenuine(proofsOf(c.source), delivery)).toBe(true)
    expect(await isGenuine(proofsOf(c.source), { ...delivery, secrets: [c.other, c.secret] })).toBe(true)
    expect(await isGenuine(proofsOf(c.source), { ...delivery, secrets: [c.secret, c.other] })).toBe(true)
  })

  test('has at least fifteen forgeries to refuse', () => {
    expect(attempts.length).toBeGreaterThanOrEqual(15)
  })

  test.each([...attempts, ...foreign(c)])('refuses %s', async (_, delivery) => {
    expect(await isGenuine(proofsOf(c.source), delivery)).toBe(false)
  })

  test('refuses whatever else there may be in the header, and never throws', async () => {
    const any = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[\x20-\x7e\x80-\xff]*$/),
      fc.base64String({ maxLength: 100 }),
      fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes).toString(c.encoding)),
    )
    const value = fc
      .tuple(fc.constantFrom('', c.prefix, `${signatureOf(c)}${c.list ?? ','}`), any)
      .map((parts) => parts.join(''))
      .filter(isHeaderValue)
    const secret = fc.oneof(fc.string(), fc.constantFrom('', c.secret, c.other, `${c.secret}=`))
    await fc.assert(
      fc.asyncProperty(value, secret, fc.uint8Array(), async (text, configured, body) => {
        const delivery = { ...having(c, text), secrets: [configured], body: new Uint8Array(body) }
        expect(await isGenuine(proofsOf(c.source), delivery)).toBe(false)
      }),
    )
  })

  test('takes any body with its own signature, and refuses every other body', async () => {
    const text = fc.string({ unit: 'binary' })
    await fc.assert(
      fc.asyncProperty(text, text, async (body, other) => {
        const delivery = { ...good(c), headers: c.sign(body, c.secret, c.stamp(NOON)), body }
        expect(await isGenuine(proofsOf(c.source), delivery)).toBe(true)
        const same = Buffer.from(body).equals(Buffer.from(other))
        expect(await isGenuine(proofsOf(c.source), { ...delivery, body: other })).toBe(same)
      }),
    )
  })

  test('refuses a single bit more or less, in the body and in the signature', async () => {
    const digest = Buffer.from(signatureOf(c).slice(c.prefix.length), c.encoding)
    const bit = (bytes: Uint8Array) => fc.nat({ max: bytes.length * 8 - 1 })
    const body = Buffer.from(BODY)
    const text = Buffer.from(signatureOf(c), 'latin1')
    await fc.assert(
      fc.asyncProperty(bit(body), bit(digest), bit(text), async (inBody, inDigest, inText) => {
        const forged = [
          { ...good(c), body: flipped(body, inBody) },
          having(c, c.prefix + Buffer.from(flipped(digest, inDigest)).toString(c.encoding)),
        ]
        const spelled = Buffer.from(flipped(text, inText)).toString('latin1')
        if (isHeaderValue(spelled)) forged.push(having(c, spelled))
        for (const delivery of forged) expect(await isGenuine(proofsOf(c.source), delivery)).toBe(false)
      }),
    )
  })
})

const timed = cases.flatMap((c) => (c.time ? [{ ...c, window: c.time.window }] : []))
test.each(timed)('$name: takes what is as old or as new as its window allows', async ({ window, ...c }) => {
  for (const now of [NOON - window * 1_000, NOON + window * 1_000])
    expect(await isGenuine(proofsOf(c.source), { ...good(c), now })).toBe(true)
})

const listed = cases.flatMap((c) => (c.list ? [{ ...c, list: c.list }] : []))
test.each(listed)('$name: takes a list of up to eight in which one is right', async (c) => {
  const decoys = Array.from({ length: 7 }, () => c.prefix + wrong(c))
  const lists = [0, 3, 7].map((place) => decoys.toSpliced(place, 0, signatureOf(c)))
  for (const list of [...lists, [`v0${c.prefix.slice(-1)}whatever`, signatureOf(c)]])
    expect(await isGenuine(proofsOf(c.source), having(c, list.join(c.list)))).toBe(true)
})

describe('gitlab with the token that older instances send', () => {
  const TOKEN = 'gitlab-secret-token-no-2'
  const proofs = proofsOf('gitlab')
  const delivery = (token: string | readonly string[], secrets = [TOKEN]): Delivery => ({
    headers: { 'X-Gitlab-Token': token },
    body: BODY,
    secrets,
    now: NOON,
  })

  test('takes the token, beside a signing token', async () => {
    expect(await isGenuine(proofs, delivery(TOKEN))).toBe(true)
    expect(await isGenuine(proofs, delivery(TOKEN, [senders.gitlab?.secret ?? '', TOKEN]))).toBe(true)
  })

  const SIGNING = senders.gitlab?.secret ?? ''
  test.each<[string, Delivery]>([
    ['another token', delivery('gitlab-secret-token-no-3')],
    ['another secret', delivery(TOKEN, ['gitlab-secret-token-no-3'])],
    ['no secret', delivery(TOKEN, [])],
    ['an empty token for an empty secret', delivery('', [''])],
    ['an empty token', delivery('')],
    ['no token', delivery([])],
    ['a character less', delivery(TOKEN.slice(0, -1))],
    ['a character more', delivery(`${TOKEN}2`)],
    ['upper case', delivery(TOKEN.toUpperCase())],
    ['quotes', delivery(`"${TOKEN}"`)],
    ['a scheme before it', delivery(`Bearer ${TOKEN}`)],
    ['a no-break space behind it', delivery(`${TOKEN}\u00a0`)],
    ['the header twice', delivery([TOKEN, TOKEN])],
    ['a list in which it is', delivery(['wrong', TOKEN])],
    ['its base64', delivery(Buffer.from(TOKEN).toString('base64'))],
    ['its digits', delivery(Buffer.from(TOKEN).toString('hex'))],
    ['its digest', delivery(hashOf('sha256').update(TOKEN).digest('hex'))],
    ['the token in another header', { ...delivery(TOKEN), headers: { Authorization: TOKEN } }],
    ['a signing token sent in clear', delivery(SIGNING, [SIGNING])],
    [
      'a signature with the old token as its key',
      { ...delivery([]), headers: senders.standard?.sign(BODY, TOKEN, String(NOON / 1_000)) ?? {} },
    ],
  ])('refuses %s', async (_, forged) => {
    expect(await isGenuine(proofs, forged)).toBe(false)
  })

  test('takes nothing but the token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string().filter(isHeaderValue), fc.string(), async (token, secret) => {
        const same = token === secret && secret !== '' && !secret.startsWith('whsec_')
        expect(await isGenuine(proofs, delivery(token, [secret]))).toBe(same)
      }),
    )
  })
})

test('every source has forgeries to refuse', () => {
  expect(new Set(cases.map(({ source }) => source))).toEqual(new Set(sources.keys()))
})

/** A signature of the right shape over something else. */
function wrong(c: Case): string {
  const value = String(c.sign(`${BODY}?`, c.secret, c.stamp(NOON))[c.header])
  return value.slice(c.prefix.length)
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

/** Whether a text can be sent as it is; surrounding white space is the wire's, and is taken away. */
function isHeaderValue(text: string): boolean {
  return /^[\x20-\x7e\x80-\xff]*$/.test(text) && text === text.trim()
}

/** A key pair for v1a: what is configured, and how its owner signs. */
function ed25519() {
  const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')] as const
  const [secret, other] = pairs.map(({ publicKey }) => {
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
    return `whpk_${raw.toString('base64')}`
  })
  return {
    secret: secret ?? '',
    other: other ?? '',
    sign: (body: string, _secret: string, stamp: string) => {
      const text = Buffer.from(`${MESSAGE_ID}.${stamp}.${body}`)
      return {
        'webhook-id': MESSAGE_ID,
        'webhook-timestamp': stamp,
        'webhook-signature': `v1a,${signWith(null, text, pairs[0].privateKey).toString('base64')}`,
      }
    },
  }
}

function zendeskEvent(): string {
  return `{
	"type": "zen:event-type:user.group_membership_created",
	"account_id": 12514403,
	"id": "6b9bbadf-5725-4e92-bebe-7b71011bf5f1",
	"subject": "zen:user:6596848315901",
	"time": "2099-07-04T05:33:18Z",
	"zendesk_event_version": "2022-06-20",
	"detail": {
		"created_at": "2099-07-04T05:27:58Z",
		"default_group_id": "0",
		"email": "user.name@example.com",
		"external_id": "",
		"id": "6596848315901",
		"organization_id": "0",
		"role": "end-user",
		"updated_at": "2099-07-04T05:33:18Z"
	},
	"event": { "group": { "id": "1" } }
}
`
}

/** The body of PagerDuty's own vector, whose properties come in this order. */
function pagerDutyEvent() {
  const reference = (type: string, id: string, page: string, api: string, summary: string) => ({
    html_url: `https://acme.pagerduty.com/${page}/${id}`,
    id,
    self: `https://api.pagerduty.com/${api}/${id}`,
    summary,
    type: `${type}_reference`,
  })
  return {
    event: {
      id: '01BWDWL3NYY7LUFPZCC28QUCMK',
      event_type: 'incident.priority_updated',
      resource_type: 'incident',
      occurred_at: '2021-04-26T17:36:27.458Z',
      agent: reference('user', 'PLH1HKV', 'users', 'users', 'Tenex Engineer'),
      client: null,
      data: {
        id: 'PGR0VU2',
        type: 'incident',
        self: 'https://api.pagerduty.com/incidents/PGR0VU2',
        html_url: 'https://acme.pagerduty.com/incidents/PGR0VU2',
        number: 2,
        status: 'triggered',
        title: 'A little bump in the road',
        service: reference('service', 'PF9KMXH', 'services', 'services', 'API Service'),
        assignees: [reference('user', 'PTUXL6G', 'users', 'users', 'User 123')],
        escalation_policy: reference(
          'escalation_policy',
          'PUS0KTE',
          'escalation_policies',
          'escalation_policies',
          'Default',
        ),
        teams: [reference('team', 'PFCVPS0', 'teams', 'teams', 'Engineering')],
        priority: {
          ...reference('priority', 'PSO75BM', 'account/incident_priorities', 'priorities', 'P1'),
          html_url: 'https://acme.pagerduty.com/account/incident_priorities',
        },
        urgency: 'high',
        conference_bridge: { conference_number: 1000, conference_url: 'https://example.com' },
        resolve_reason: null,
      },
    },
  }
}
