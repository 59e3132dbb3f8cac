import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { read } from '../support/documents.ts'

const root = fileURLToPath(new URL('../..', import.meta.url).href)
const map = read('biome.rooms.jsonc')

/** The layers that the map draws, from top to bottom, each with its rooms. */
const layers = Array.from(map.matchAll(/^\/\/ {3}(\S.*)$/gm), ([, rooms = '']) => rooms.split(', '))
const rooms = layers.flat()
/** The one circle: the ledger's class and its bindings name each other's types. */
const circle = ['ledger > env', 'env > ledger', 'ledger > deployment', 'deployment > env', 'index > app']

const inSource = readdirSync(join(root, 'src')).toSorted()
const folders = inSource.filter((name) => !name.endsWith('.ts'))
const project = mkdtempSync(join(tmpdir(), 'rooms-'))
afterAll(() => rmSync(project, { recursive: true }))

/** The path of a made-up file in a room: the room itself, if it is a file. */
function fileIn(room: string, name = 'made-up'): string {
  return join('src', inSource.includes(`${room}.ts`) ? `${room}.ts` : `${room}/${name}.ts`)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
}

/** What the lint says, as `file:line rule`. */
function lint(): string[] {
  const biome = join(root, 'node_modules/.bin/biome')
  const { stdout } = spawnSync(biome, ['lint', 'src', '--reporter=github', '--max-diagnostics=none'], {
    cwd: project,
    encoding: 'utf8',
  })
  const lines = stdout.matchAll(/^::error title=lint\/\w+\/(\w+),file=(?:[^,]*\/)?(src\/[^,]+),line=(\d+),/gm)
  return Array.from(lines, ([, rule, file, line]) => `${file}:${line} ${rule}`).toSorted()
}

test('the map has every room that there is', () => {
  const names = inSource.map((name) => name.replace(/\.ts$/, ''))
  expect(names.filter((name) => !rooms.includes(name))).toEqual([])
})

test('an import against the direction fails, whatever its form, and any other passes', () => {
  write('biome.jsonc', map)
  const against: string[] = []
  for (const from of rooms) {
    const targets = rooms.filter((to) => to !== from)
    const up = folders.includes(from) ? '..' : '.'
    const imports = targets.map((to, index) => {
      const path = `${up}/${fileIn(to, 'there').replace('src/', '')}`
      const forms = [
        `import type { X } from '${path}'`,
        `export { x } from '${path}'`,
        `await import('${path}')`,
      ]
      return forms[index % forms.length]
    })
    write(fileIn(from), `${imports.join('\n')}\n`)
    const isBelow = (to: string) =>
      layers.findIndex((layer) => layer.includes(to)) > layers.findIndex((layer) => layer.includes(from))
    targets.forEach((to, index) => {
      if (!isBelow(to) && !circle.includes(`${from} > ${to}`))
        against.push(`${fileIn(from)}:${index + 1} noRestrictedImports`)
    })
  }
  expect(against.length).toBeGreaterThan(100)
  expect(lint().filter((line) => line.endsWith('noRestrictedImports'))).toEqual(against.toSorted())
})

test('an import from a folder within a room, and one of what is not shipped, are held to it too', () => {
  rmSync(join(project, 'src'), { recursive: true })
  write('biome.jsonc', map)
  write('src/conductorone/token/made-up.ts', "import '../../ledger/there.ts'\nimport '../tenant.ts'\n")
  write('src/lib/made-up.ts', "import '../../test/there.ts'\n")
  expect(lint()).toEqual([
    'src/conductorone/token/made-up.ts:1 noRestrictedImports',
    'src/lib/made-up.ts:1 noRestrictedImports',
  ])
})

test('two files of a room that import each other fail, also if it is only for a type', () => {
  rmSync(join(project, 'src'), { recursive: true })
  write('biome.jsonc', map)
  write('src/chat/one.ts', "import type { Two } from './two.ts'\nexport type One = Two[]\n")
  write('src/chat/two.ts', "import type { One } from './one.ts'\nexport type Two = One | string\n")
  expect(lint()).toEqual(['src/chat/one.ts:1 noImportCycles', 'src/chat/two.ts:1 noImportCycles'])
})

test('npm run check lints with this map', () => {
  expect(JSON.parse(read('package.json')).scripts.check).toContain('biome ci .')
  expect(JSON.parse(read('biome.json')).extends).toEqual(['./biome.rooms.jsonc'])
})
