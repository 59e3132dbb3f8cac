import { expect, test } from 'vitest'
import { doubtsAbout, type LostCreate } from '../../../src/settlement/proof.ts'
import { NOON } from '../world.ts'
import { ksuid, LOST, vaultOf } from './lost.ts'

const MAGIC: LostCreate = {
  ...LOST,
  sent: { displayName: 'Payroll', magicVault: { allowedViews: 3, allowUnauthedViews: false } },
}
const at = (milliseconds: number) => ({ createdAt: new Date(milliseconds).toISOString() })

test.each([
  ['as it was asked for', {}],
  ['without a description of its own', { description: LOST.provenance }],
  ['with blanks behind its description', { description: `Wages\n\n${LOST.provenance}\n ` }],
  ['without what is unset', { magicVault: undefined, deletedAt: undefined }],
  ['a minute before it was sent, by a clock that is slow', at(NOON - 60_000)],
  ['five minutes after its deadline', at(LOST.deadline + 300_000)],
  ['with an expiry that somebody has set since', { credentialExpirationDuration: '3600s' }],
])('a vault proves itself %s', (_, changes) => {
  expect(doubtsAbout(vaultOf(ksuid(1), changes), LOST)).toEqual([])
})

test.each([
  ['another name', { displayName: 'Payroll ' }],
  ['no name', { displayName: undefined }],
  ['another kind', { groupAuthzVault: null, magicVault: { allowedViews: 3, allowUnauthedViews: false } }],
  ['both kinds', { magicVault: { allowedViews: 0, allowUnauthedViews: false } }],
  ['no kind', { groupAuthzVault: null }],
  [
    'the line in the middle',
    { description: `${LOST.provenance}\n\nRequested via runbook, request req_other` },
  ],
  ['the line in a sentence', { description: `Not ours: ${LOST.provenance}` }],
  ['only the id', { description: `request ${LOST.requestId}` }],
  ['more behind the line', { description: `${LOST.provenance}.` }],
  ['no description', { description: null }],
  ['an earlier date', at(NOON - 60_001)],
  ['a later date', at(LOST.deadline + 300_001)],
  ['no date', { createdAt: null }],
  ['a date that is none', { createdAt: 'noon' }],
  ['been deleted', { deletedAt: new Date(NOON + 2_000).toISOString() }],
])('a vault does not prove itself with %s', (_, changes) => {
  expect(doubtsAbout(vaultOf(ksuid(1), changes), LOST)).toHaveLength(1)
})

test.each([
  [{ allowedViews: 3, allowUnauthedViews: false }, true],
  [{ allowedViews: 3 }, true],
  [{ allowedViews: 4, allowUnauthedViews: false }, false],
  [{ allowedViews: 3, allowUnauthedViews: true }, false],
  [{ allowUnauthedViews: false }, false],
])('a magic vault with %j proves itself: %s', (magicVault, proves) => {
  const doubts = doubtsAbout(vaultOf(ksuid(1), { groupAuthzVault: null, magicVault }), MAGIC)
  expect(doubts.length === 0).toBe(proves)
})

test('a group vault is not a magic one', () => {
  expect(doubtsAbout(vaultOf(ksuid(1)), MAGIC)).toEqual([expect.stringContaining('kind')])
})
