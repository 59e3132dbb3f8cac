import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { documents, read } from '../../support/documents.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url).href)

/** A heading's name in an address, as GitHub makes it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function slugsOf(document: string): string[] {
  const text = document.replaceAll(/^```.*?^```/gms, '')
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => slug(heading))
}

test.each(documents)('every link of %s that stays in this project leads somewhere', (path) => {
  const links = Array.from(read(path).matchAll(/\]\((?!https?:|mailto:)([^)]+)\)/g), ([, to = '']) => to)
  const broken = links.filter((link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : join(dirname(path), file)
    if (!existsSync(join(root, target))) return true
    return anchor !== undefined && !slugsOf(read(target)).includes(anchor)
  })
  expect(broken).toEqual([])
})

test('every script that is named in a document is there', () => {
  const { scripts } = JSON.parse(read('package.json'))
  const named = documents.flatMap((path) =>
    Array.from(read(path).matchAll(/\bnpm run ([\w:-]+)/g), ([, script = '']) => script),
  )
  expect(named.length).toBeGreaterThan(10)
  expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([])
})
