import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Checkout, checkOut } from '../support/checkout.ts'
import { documents, read } from '../support/documents.ts'
import { shell } from '../support/shell.ts'

let checkout: Checkout

beforeAll(() => {
  checkout = checkOut()
})
afterAll(() => checkout.remove())

test('every command of wrangler that is named in a document is there', async () => {
  const named = documents.flatMap((path) =>
    Array.from(
      read(path).matchAll(/\bnpx wrangler ([a-z]+(?: [a-z]+)*)(?=[\s`])/g),
      ([, words = '']) => words,
    ),
  )
  expect(named.length).toBeGreaterThan(10)
  for (const words of new Set(named)) {
    const help = await shell(`npx wrangler ${words} --help`, { folder: checkout.folder })
    expect(help.split('\n')[0]).toMatch(new RegExp(`^wrangler ${words}( [<[]|$)`))
  }
})
