import { expect, test } from 'vitest'
import { claimFor, entryOf, onDisk, stageTenant, write } from '../stage.ts'

stageTenant()

/** A vault that was made, with two owners who are to be told. */
async function made() {
  const claimed = await claimFor()
  const { claim, stub } = claimed
  const vault = { id: 'vault-1', displayName: 'Payroll' }
  await write(stub, entryOf(claim, { status: 'created', vault, ownersToTell: ['u1', 'u2'] }))
  return { ...claimed, at: (run: number) => ({ id: claim.id, run }) }
}

test('an owner is marked before the message is sent, and only once', async () => {
  const { ledger, stub, claim, at } = await made()
  const marks = await Promise.all([1, 2, 3].map(() => ledger.markOwnerTold(at(1), 'u1')))
  expect(marks.sort()).toEqual([false, false, true])
  expect((await onDisk(stub, claim.id))?.ownersToTell).toEqual(['u2'])
  // whoever is no owner is not told at all
  expect(await ledger.markOwnerTold(at(1), 'u3')).toBe(false)
})

test('an owner who was certainly not told may be told later', async () => {
  const { ledger, at } = await made()
  expect(await ledger.markOwnerTold(at(1), 'u1')).toBe(true)
  await ledger.markOwnerUntold(at(1), 'u1')
  expect(await ledger.markOwnerTold(at(1), 'u1')).toBe(true)
})

test('a Workflow that another has followed tells nobody', async () => {
  const { ledger, stub, claim, at } = await made()
  expect(await ledger.markOwnerTold(at(2), 'u1')).toBe(false)
  await ledger.markOwnerUntold(at(2), 'u1')
  expect((await onDisk(stub, claim.id))?.ownersToTell).toEqual(['u1', 'u2'])
})
