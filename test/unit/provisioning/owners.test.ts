import { expect, test } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { ConductorOneFailure } from '../../../src/conductorone/failure.ts'
import type { FoundUser } from '../../../src/conductorone/tenant.ts'
import { OwnerDirectory } from '../../../src/provisioning/owners.ts'
import { rejection, USER_ID } from '../samples.ts'
import { TestWorld } from '../world.ts'

const jane = { id: 'u-jane', email: 'jane@example.com' }
const joe = { id: 'u-joe', email: 'joe@example.com' }

function tenant(...known: readonly FoundUser[]) {
  const world = new TestWorld()
  const asked: string[] = []
  const users = {
    searchUsersByEmail: async (email: string) => {
      asked.push(email)
      await Promise.resolve()
      return known.filter((user) => user.email === '' || user.email.toLowerCase() === email.toLowerCase())
    },
    searchUsersById: async (ids: readonly string[]) => {
      asked.push(ids.join(' '))
      await Promise.resolve()
      return known.filter(({ id }) => ids.includes(id))
    },
  }
  const directory = new OwnerDirectory(users, world)
  const call = { deadline: new Deadline(25_000, world.now) }
  return {
    world,
    asked,
    users,
    directory,
    find: (...owners: readonly string[]) => directory.find(owners, call),
    findAnew: (...owners: readonly string[]) => directory.find(owners, call, { anew: true }),
  }
}

test('finds the ids of owners, in the order given', async () => {
  const { find } = tenant(jane, joe, { id: USER_ID, email: 'sam@example.com' })
  expect(await find('joe@example.com', USER_ID, 'jane@example.com')).toEqual([
    { input: 'joe@example.com', id: 'u-joe' },
    { input: USER_ID, id: USER_ID },
    { input: 'jane@example.com', id: 'u-jane' },
  ])
})

test('checks all ids with one search', async () => {
  const { find, asked } = tenant(jane, joe)
  expect(await find('u-joe', 'u-jane', 'u-joe')).toEqual([
    { input: 'u-joe', id: 'u-joe' },
    { input: 'u-jane', id: 'u-jane' },
  ])
  expect(asked).toEqual(['u-jane u-joe'])
})

test('refuses an id that no enabled user has, and believes no hit that was not asked for', async () => {
  const { find, users } = tenant(jane)
  users.searchUsersById = async () => [jane, joe]
  expect(await rejection(find('u-jane', 'u-jnae'))).toMatchObject({
    code: 'owner-not-found',
    details: {
      errors: [{ pointer: '/owners/1', detail: 'u-jnae is not the id of an enabled ConductorOne user' }],
    },
  })
})

test('believes an id for five minutes, and asks only about those that it does not know', async () => {
  const { find, asked, world } = tenant(jane, joe)
  await find('u-jane')
  world.pass(5 * 60_000 - 1)
  await find('u-jane', 'u-joe')
  expect(asked).toEqual(['u-jane', 'u-joe'])
  world.pass(1)
  await find('u-jane')
  expect(asked).toHaveLength(3)
})

test('asks anew if told to, and forgets a user who was disabled since', async () => {
  const { find, findAnew, asked, users } = tenant(jane, joe)
  await find('u-joe', 'jane@example.com')
  await findAnew('u-joe', 'jane@example.com')
  expect(asked).toHaveLength(4)
  users.searchUsersById = async () => []
  expect(await rejection(findAnew('u-joe'))).toMatchObject({ code: 'owner-not-found' })
  expect(await rejection(find('u-joe'))).toMatchObject({ code: 'owner-not-found' })
})

test('finds an address in other case, as people wrote it', async () => {
  const { find, asked } = tenant({ ...jane, email: 'Jane@Example.com' })
  expect(await find('JANE@example.com')).toEqual([{ input: 'JANE@example.com', id: 'u-jane' }])
  expect(asked).toEqual(['JANE@example.com'])
})

test('names a user once, who is given in several ways', async () => {
  const { find } = tenant({ ...jane, id: USER_ID })
  expect(await find('jane@example.com', 'Jane@example.com', USER_ID)).toEqual([
    { input: 'jane@example.com', id: USER_ID },
  ])
})

test.each([
  ['nobody has', [], 'owner-not-found'],
  ['several have', [jane, { ...jane, id: 'u-2' }], 'owner-ambiguous'],
  ['only a user with another one has', [{ ...joe, email: 'jane@example.com.evil' }], 'owner-not-found'],
])('refuses an address that %s', async (_, users, code) => {
  const error = await rejection(tenant(...users).find('jane@example.com'))
  expect(error).toMatchObject({
    code,
    details: { errors: [{ pointer: '/owners/0', detail: expect.stringMatching(/^jane@example.com /) }] },
  })
})

test('takes one user who is found twice for one', async () => {
  const { find } = tenant(jane, { ...jane, email: 'JANE@example.com' }, { id: 'u-x', email: '' })
  expect(await find('jane@example.com')).toEqual([{ input: 'jane@example.com', id: 'u-jane' }])
})

test('believes no hit that has another address than asked for', async () => {
  const { find, users } = tenant()
  users.searchUsersByEmail = async () => [joe]
  expect(await rejection(find('jane@example.com'))).toMatchObject({ code: 'owner-not-found' })
})

test('blames the credential where addresses are hidden from it', async () => {
  const { find } = tenant({ id: 'u-jane', email: '' })
  expect(await rejection(find('jane@example.com'))).toMatchObject({
    code: 'conductorone-credentials-rejected',
  })
})

test('names every owner at fault, where it stands', async () => {
  const { find } = tenant(jane, joe, { ...joe, id: 'u-2' })
  const error = await rejection(find('a@example.com', 'jane@example.com', 'joe@example.com', 'b@example.com'))
  expect(error).toMatchObject({
    code: 'owner-not-found',
    message: expect.stringContaining('joe@example.com belongs to several'),
    details: {
      errors: [{ pointer: '/owners/0' }, { pointer: '/owners/3' }, { pointer: '/owners/2' }],
    },
  })
})

test('remembers an id for five minutes, then asks again', async () => {
  const { find, asked, world } = tenant(jane)
  await find('jane@example.com')
  world.pass(5 * 60_000 - 1)
  await find('Jane@Example.com')
  expect(asked).toHaveLength(1)
  world.pass(1)
  await find('jane@example.com')
  expect(asked).toHaveLength(2)
})

test('remembers no one it did not find', async () => {
  const { find, asked } = tenant()
  await rejection(find('jane@example.com'))
  await rejection(find('jane@example.com'))
  expect(asked).toHaveLength(2)
})

test('forgets the oldest of more than a thousand', async () => {
  const everyone = Array.from({ length: 1_001 }, (_, n) => ({ id: `u-${n}`, email: `o${n}@example.com` }))
  const { find, asked } = tenant(...everyone)
  for (const { email } of everyone) await find(email)
  await find('o1@example.com')
  expect(asked).toHaveLength(1_001)
  await find('o0@example.com')
  expect(asked).toHaveLength(1_002)
})

test('forgets last whom it has just found again', async () => {
  const everyone = Array.from({ length: 1_001 }, (_, n) => ({ id: `u-${n}`, email: `o${n}@example.com` }))
  const { find, asked, world } = tenant(...everyone)
  await find('o0@example.com', 'o1@example.com')
  world.pass(5 * 60_000)
  await find('o0@example.com')
  for (const { email } of everyone.slice(2)) await find(email)
  const before = asked.length
  await find('o0@example.com')
  expect(asked).toHaveLength(before)
})

test('asks for all owners side by side', async () => {
  const { find, users } = tenant()
  let together = 0
  let most = 0
  users.searchUsersByEmail = async (email) => {
    most = Math.max(most, ++together)
    await new Promise((resolve) => setImmediate(resolve))
    together--
    return [{ id: email, email }]
  }
  await find('a@example.com', 'b@example.com', 'c@example.com')
  expect(most).toBe(3)
})

test('asks once for all who want the same owner at the same time', async () => {
  const { find, asked } = tenant(jane)
  await Promise.all(Array.from({ length: 100 }, () => find('jane@example.com', 'JANE@example.com')))
  expect(asked).toHaveLength(1)
})

test('waits no longer than it has time for a search that another began and that never comes back', async () => {
  const { find, users, directory, world } = tenant()
  users.searchUsersByEmail = () => new Promise<never>(() => {})
  void find('jane@example.com').catch(() => undefined)
  const hurried = directory.find(['jane@example.com'], { deadline: new Deadline(0, world.now) })
  expect(await rejection(hurried)).toMatchObject({ failure: { kind: 'unavailable' } })
})

test('passes a failure on, and asks again the next time', async () => {
  const { find, users, asked } = tenant(jane)
  const { searchUsersByEmail } = users
  const failure = new ConductorOneFailure({ kind: 'unavailable', reason: 'HTTP 503' })
  users.searchUsersByEmail = () => Promise.reject(failure)
  expect(await rejection(find('jane@example.com'))).toBe(failure)
  users.searchUsersByEmail = searchUsersByEmail
  await find('jane@example.com')
  expect(asked).toHaveLength(1)
})
