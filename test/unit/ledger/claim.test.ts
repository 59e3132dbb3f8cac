import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClaimInput, claimOf } from '../../../src/ledger/claim.ts'
import { parseIdempotencyKey } from '../../../src/ledger/idempotency-key.ts'
import { inShard, newRequestId, shardOf } from '../../../src/ledger/request-id.ts'
import { type Claimant, identityOf } from '../../../src/ledger/sameness.ts'
import { comparable } from '../../../src/lib/text.ts'
import { Problem } from '../../../src/problem/problem.ts'
import { orderFor, requestOf } from '../samples.ts'
import { TestWorld } from '../world.ts'

const RUNBOOK = { source: 'api', caller: 'runbook' }
const world = new TestWorld()

async function claim(
  fields: Readonly<Record<string, unknown>> = {},
  idempotencyKey?: string,
  claimant: Claimant = RUNBOOK,
) {
  const order = orderFor(fields)
  const identity = identityOf(order, idempotencyKey)
  return claimOf(inputWith({ claimant, content: requestOf(fields), order, identity }))
}

/** What a claim is made from, with some of it different. */
function inputWith(parts: Partial<ClaimInput>): ClaimInput {
  return {
    requestId: newRequestId(world),
    claimant: RUNBOOK,
    content: {},
    order: orderFor(),
    identity: null,
    background: false,
    tell: null,
    ...parts,
  }
}

async function keyOf(...parameters: Parameters<typeof claim>): Promise<string | null> {
  return (await claim(...parameters)).claim.key
}

async function fingerprintOf(fields: Readonly<Record<string, unknown>>): Promise<string> {
  return (await claim(fields)).claim.fingerprint
}

test.each([
  ['abc', 'abc'],
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['two words', 'two words'],
  ['say "hi"', 'say "hi"'],
  ['"abc"', 'abc'],
  ['"two words"', 'two words'],
  [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
  ['x'.repeat(255), 'x'.repeat(255)],
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
])('reads the key of the header %j', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key)
})

test.each([
  '',
  ' ',
  '""',
  '"abc',
  '"a"b"',
  String.raw`"a\b"`,
  '"a\\"',
  'x'.repeat(256),
  `"${'x'.repeat(256)}"`,
  'schlüssel',
  '"🔐"',
  'a\tb',
  'a\u007f',
  'a\nb',
  ' a',
])('refuses the header %j', (header) => {
  expect(() => parseIdempotencyKey(header)).toThrow(
    expect.objectContaining({ constructor: Problem, code: 'invalid-request' }),
  )
})

test('reads any printable ASCII from a quoted string', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{1,255}$/), (key) => {
      expect(parseIdempotencyKey(`"${key.replaceAll(/["\\]/g, '\\$&')}"`)).toBe(key)
    }),
  )
})

test('is the same request under the same key, whatever it asks for', async () => {
  const key = await keyOf({ name: 'Payroll' }, 'key-1')
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(await keyOf({ name: 'Another', ticket: { id: 'SEC-1' } }, 'key-1')).toBe(key)
  expect(await keyOf({ name: 'Payroll' }, 'key-2')).not.toBe(key)
})

test('is the same request for the same ticket and name, where there is no key', async () => {
  const ticket = { id: 'SEC-1' }
  const key = await keyOf({ ticket })
  expect(await keyOf({ ticket: { ...ticket, url: 'https://a.example/' }, description: 'more' })).toBe(key)
  expect(await keyOf({ ticket, name: 'Another' })).not.toBe(key)
  expect(await keyOf({ ticket: { id: 'SEC-2' } })).not.toBe(key)
})

test('is a new request each time without key and ticket', async () => {
  const [one, other] = [await claim(), await claim()]
  expect([one.claim.key, other.claim.key]).toEqual([null, null])
  expect(one.claim.id).not.toBe(other.claim.id)
})

test('spreads requests without a key over the shards', async () => {
  const shards = new Set<string>()
  for (let count = 0; count < 200; count++) shards.add((await claim()).shard)
  expect(shards.size).toBe(16)
})

type Asked = { source: string; caller: string; key: string; ticket: string | null; name: string }

test('never shares a key between two claimants, or between a key and a ticket', async () => {
  const text = fc.string({ maxLength: 3, unit: fc.constantFrom('a', '"', ',', '[', '\\', ' ') })
  const asked = fc.record<Asked>({
    source: text,
    caller: text,
    key: text,
    ticket: fc.option(text),
    name: text,
  })
  const digestOf = async ({ source, caller, key, ticket, name }: Asked) => {
    const order = { ...orderFor(), name, ticket: ticket === null ? undefined : { id: ticket } }
    const identity = identityOf(order, ticket === null ? key : undefined)
    return (await claimOf(inputWith({ claimant: { source, caller }, order, identity }))).claim.key
  }
  const spaceOf = ({ source, caller, key, ticket, name }: Asked) =>
    JSON.stringify(
      ticket === null
        ? { source, caller, key }
        : { source, caller, ticket: comparable(ticket), name: comparable(name) },
    )
  const parts = fc.subarray(['source', 'caller', 'key', 'ticket', 'name'] as const)
  await fc.assert(
    // two that differ in few parts, or in none
    fc.asyncProperty(asked, asked, parts, async (one, another, parts) => {
      const other = { ...one, ...Object.fromEntries(parts.map((part) => [part, another[part]])) }
      expect((await digestOf(one)) === (await digestOf(other))).toBe(spaceOf(one) === spaceOf(other))
    }),
  )
})

test('leads a key to one shard, which the id names', async () => {
  const first = await claim({}, 'key-1')
  const second = await claim({}, 'key-1')
  expect(first.shard).toBe(second.shard)
  expect(first.shard).toBe(first.claim.key?.[0])
  expect(shardOf(first.claim.id)).toBe(first.shard)
  expect(first.claim.id).not.toBe(second.claim.id)
})

test('leaves a request without a key in the shard that its id names, and the rest of the id as it was', async () => {
  const id = newRequestId(world)
  expect(await claimOf(inputWith({ requestId: id }))).toMatchObject({ shard: shardOf(id), claim: { id } })
  const keyed = await claimOf(inputWith({ requestId: id, identity: { kind: 'key', key: 'key-1' } }))
  expect(keyed.claim.id).toBe(inShard(id, keyed.shard))
})

const WRITTEN = {
  name: 'Payroll',
  description: 'For the night shift',
  owners: ['alice@example.com', '2abcdefghijklmnopqrstuvwxyz'],
  ticket: { id: 'SEC-1' },
}

test.each<[string, object]>([
  ['the order of the fields', { ticket: { id: 'SEC-1' }, owners: WRITTEN.owners, name: 'Payroll' }],
  ['capitals', { name: 'PAYROLL', description: 'for the NIGHT shift', ticket: { id: 'sec-1' } }],
  ['white space', { name: ' Payroll ', description: 'For  the\nnight\u00a0shift' }],
  ['invisible characters', { name: 'Pay\u200broll\ufeff', description: 'For the night \u00adshift' }],
  ['the capitals of an address', { owners: ['Alice@Example.com', '2abcdefghijklmnopqrstuvwxyz'] }],
  ['who asks', { requestedBy: 'Jane' }],
  ['where the ticket is', { ticket: { id: 'SEC-1', url: 'https://a.example/SEC-1' } }],
  ['the kind that it would have anyway', { kind: 'group' }],
  ['that nobody sees it without signing in, which holds anyway', { allowUnauthenticated: false }],
])('%s makes no other content', async (_, fields) => {
  expect(await fingerprintOf({ ...WRITTEN, ...fields })).toBe(await fingerprintOf(WRITTEN))
})

test('composed letters are the same as the letters that they are made of', async () => {
  expect(await fingerprintOf({ ...WRITTEN, name: 'Cafe\u0301' })).toBe(
    await fingerprintOf({ ...WRITTEN, name: 'Café' }),
  )
})

test.each<[string, object]>([
  ['name', { name: 'Payrolls' }],
  ['description', { description: 'x' }],
  ['kind', { kind: 'magic_link' }],
  ['owner', { owners: ['bob@example.com'] }],
  ['owner, one less', { owners: ['alice@example.com'] }],
  ['user id, in other letters', { owners: ['alice@example.com', '2ABCDEFGHIJKLMNOPQRSTUVWXYZ'] }],
  ['lifetime', { credentialTtl: '1h' }],
  ['ticket', { ticket: { id: 'SEC-10' } }],
  ['callback', { callbackUrl: 'https://hooks.example.com/A' }],
])('another %s is another content', async (_, fields) => {
  expect(await fingerprintOf({ ...WRITTEN, ...fields })).not.toBe(await fingerprintOf(WRITTEN))
})

test('callbacks differ in either case', async () => {
  const print = (path: string) =>
    fingerprintOf({ name: 'x', callbackUrl: `https://hooks.example.com/${path}` })
  expect(await print('a')).not.toBe(await print('A'))
})

test('a ticket and a name are the same however people write them', async () => {
  const key = await keyOf({ name: 'Payroll', ticket: { id: 'SEC-1' } })
  expect(await keyOf({ name: ' PAYROLL\u200b', ticket: { id: 'sec-1' } })).toBe(key)
  expect(await keyOf({ name: 'Payroll 2', ticket: { id: 'SEC-1' } })).not.toBe(key)
})

test('a ticket that its system knows for good is the same under any name, within one site', async () => {
  const issueKey = async (site: string, id: string, name = 'Payroll') => {
    const input = inputWith({ order: { ...orderFor(), name }, identity: { kind: 'issue', site, id } })
    const { claim } = await claimOf(input)
    expect(claim.isTransferable).toBe(true)
    return claim.key
  }
  const key = await issueKey('acme.atlassian.net', '10001')
  expect(await issueKey('ACME.atlassian.net', '10001', 'Another')).toBe(key)
  expect(await issueKey('other.atlassian.net', '10001')).not.toBe(key)
  expect(await issueKey('acme.atlassian.net', '10002')).not.toBe(key)
})

test('takes along who asks, what is to be done and how', async () => {
  const options = { background: true, tell: { kind: 'ticket' } as const, traceparent: '00-1' }
  const order = orderFor()
  const claimant = { source: 'jira', caller: 'jira' }
  const { claim } = await claimOf(inputWith({ claimant, order, ...options }))
  expect(claim).toMatchObject({ ...claimant, order, ...options })
  expect(claim).not.toHaveProperty('content')
})
