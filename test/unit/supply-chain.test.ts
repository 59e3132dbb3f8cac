import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

type Locked = {
  version: string
  license?: string
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  hasInstallScript?: boolean
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url).pathname, 'utf8')
// both files are npm's, and of this project
const project = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
const locked = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ name: path.split('node_modules/').at(-1) ?? '', ...entry }))
const running = locked.filter(({ dev, devOptional }) => !dev && !devOptional)

test('of everything that runs there is one version', () => {
  const names = running.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(Object.keys(project.dependencies)))
})

test.each(['hono', 'zod', 'wrangler', 'miniflare', 'workerd', 'vitest'])('there is one %s', (name) => {
  expect(locked.filter((entry) => entry.name === name)).toHaveLength(1)
})

test('every version is exact', () => {
  const versions = Object.values({ ...project.dependencies, ...project.devDependencies })
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test('no install script runs that is not named', () => {
  const scripted = locked.filter(({ hasInstallScript, optional }) => hasInstallScript && !optional)
  expect(scripted.map(({ name }) => name).filter((name) => !project.allowScripts[name])).toEqual([])
})

test.each(running)('the licence of $name is listed', ({ name, license }) => {
  const row = read('SECURITY.md')
    .split('\n')
    .find((line) => line.startsWith('| ') && line.includes(name) && line.endsWith(`| ${license} |`))
  expect(row).toBeDefined()
})
