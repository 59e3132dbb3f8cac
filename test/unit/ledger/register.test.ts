import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutAddress } from '../../../src/ledger/forget.ts'
import { isWanted, registeredVault } from '../../../src/ledger/register.ts'
import { csvHeader, csvRow } from '../../../src/ledger/register-csv.ts'
import { entryOf } from '../samples.ts'
import { NOON } from '../world.ts'

const fields = {
  name: 'Payroll',
  ticket: { id: 'SEC-42' },
  requestedBy: 'jane@example.com',
  credentialTtl: '30d',
}
const changes = {
  status: 'created',
  vault: { id: 'vault-1', createdAt: '2026-10-01T12:00:01Z' },
  owners: [{ input: 'owner@example.com', id: 'u1' }],
  approvedBy: 'Ann',
  expiry: 'set',
} as const

async function row(more: object = {}) {
  const vault = registeredVault(await entryOf(fields, { ...changes, ...more }))
  if (!vault) throw new Error('there is a vault')
  return vault
}

test('keeps of a request what its vault needs to be known by', async () => {
  const vault = await row({ settledBy: 'ops', isForced: true })
  expect(vault).toEqual({
    id: 'vault-1',
    name: 'Payroll',
    owners: changes.owners,
    ticket: { id: 'SEC-42' },
    requestedBy: 'jane@example.com',
    approvedBy: 'Ann',
    source: 'api',
    caller: 'runbook',
    preset: null,
    credentialTtl: '2592000s',
    createdAt: '2026-10-01T12:00:01.000Z',
    settledBy: 'ops',
    forced: true,
    request: vault.request,
  })
})

test('keeps nothing of a request without a vault', async () => {
  expect(registeredVault(await entryOf({}, { status: 'failed' }))).toBeUndefined()
  expect(registeredVault(await entryOf({}, { status: 'unknown' }))).toBeUndefined()
})

test.each<[object, boolean]>([
  [{}, true],
  [{ q: 'PAY' }, true],
  [{ q: 'sec-4' }, true],
  [{ q: 'ann' }, true],
  [{ q: 'jane@' }, true],
  [{ q: 'u1' }, true],
  [{ q: 'vault-1' }, true],
  [{ q: 'nothing' }, false],
  [{ owner: 'Owner@Example.com' }, true],
  [{ owner: 'u1' }, true],
  [{ owner: 'owner' }, false],
  [{ ticket: 'sec-42' }, true],
  [{ ticket: 'SEC-4' }, false],
  [{ preset: 'payroll' }, false],
  [{ since: NOON + 1_000 }, true],
  [{ since: NOON + 1_001 }, false],
  [{ until: NOON + 1_000 }, true],
  [{ until: NOON + 999 }, false],
])('with %j it is wanted: %s', async (filter, expected) => {
  expect(isWanted(await row(), { limit: 1, ...filter })).toBe(expected)
})

/** Reads CSV as RFC 4180 has it, where every cell is quoted. */
function cellsOf(line: string): string[] {
  expect(line).toMatch(/^"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*\r\n$/)
  return Array.from(line.matchAll(/"((?:[^"]|"")*)"/g), ([, cell = '']) => cell.replaceAll('""', '"'))
}

test('writes columns that do not change', () => {
  expect(cellsOf(csvHeader())).toEqual([
    'id',
    'name',
    'owners',
    'owner_ids',
    'ticket',
    'ticket_url',
    'requested_by',
    'approved_by',
    'source',
    'caller',
    'preset',
    'credential_ttl',
    'created_at',
    'settled_by',
    'forced',
    'request',
  ])
})

test('writes any text into one cell, and none that a spreadsheet would run', async () => {
  const vault = await row()
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', 'a') }),
      (name) => {
        const cells = cellsOf(csvRow({ ...vault, name }))
        expect(cells).toHaveLength(16)
        expect(cells[1]).toBe(/^[=+\-@\t\r]/.test(name) ? `'${name}` : name)
      },
    ),
  )
})

test.each([
  ['jane@example.com', ''],
  ['Jane@Example.COM', ''],
  ['Requested by jane@example.com, via runbook', 'Requested by [removed], via runbook'],
  ['<jane@example.com>;JANE@example.com.', '<[removed]>;[removed].'],
  ['mary-jane@example.com', 'mary-jane@example.com'],
  ['jane@example.com.evil.example', 'jane@example.com.evil.example'],
  ['jane@example.community', 'jane@example.community'],
  ['xjane@example.com', 'xjane@example.com'],
])('without the address %j is %j', (text, expected) => {
  expect(withoutAddress({ a: [{ b: text }], n: 1, z: null }, 'jane@example.com')).toEqual({
    a: [{ b: expected }],
    n: 1,
    z: null,
  })
})

const NFC = 'jos\u00e9@m\u00fcller.example'
const NFD = NFC.normalize('NFD')
const ASCII_DOMAIN = 'jos\u00e9@xn--mller-kva.example'
const ASKED = [NFC, NFD, ASCII_DOMAIN, NFC.toUpperCase()]

test.each(ASKED)('%s is forgotten however it was written', (email) => {
  for (const written of ASKED) {
    expect(withoutAddress(written, email)).toBe('')
    expect(withoutAddress(`by ${written}.`, email)).toBe('by [removed].')
  }
  for (const other of [
    `e\u0301${NFD}`,
    `${NFC}.example`,
    'jose@m\u00fcller.example',
    'jos\u00e9@muller.example',
  ])
    expect(withoutAddress(`by ${other}`, email)).toBe(`by ${other}`)
})

test('an address with signs of expressions is taken by its letters', () => {
  expect(withoutAddress('a+b(c)@x.example', 'a+b(c)@x.example')).toBe('')
  expect(withoutAddress('by aab(c)@x.example', 'a+b(c)@x.example')).toBe('by aab(c)@x.example')
})
