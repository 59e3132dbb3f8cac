import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredential } from '../support/credential.ts'
import { expectCommonHeaders, expectProblem } from '../support/problem.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url).href)
const BROWSER = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }
let worker: VaultWorker
let files: string[]

beforeAll(async () => {
  worker = await startWorker(settings(await newCredential('127.0.0.1'), new URL('http://127.0.0.1:9')))
  files = (await readdir(join(PUBLIC, 'pages'))).map((name) => `/pages/${name}`)
})
afterAll(() => worker.stop())

function get(path: string, method = 'GET') {
  return worker.call(method, path, { as: null, headers: BROWSER })
}

/** What browsers are told of each page and of what it loads. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': "'none'",
}

function policyOf(headers: Headers): Record<string, string> {
  const directives = (headers.get('content-security-policy') ?? '').split('; ')
  return Object.fromEntries(
    directives.map((directive) => [directive.split(' ', 1).join(), directive.split(' ').slice(1).join(' ')]),
  )
}

const pages = [
  '/',
  '/docs',
  '/console',
  '/console/requests/req_01m83setgvfryzrhs4470v10',
  '/console/vaults',
  '/problems',
  '/problems/outcome-unknown',
]

test.each([
  ...pages.map((path) => [path, /^text\/html; charset=utf-8$/i] as const),
  ['/openapi.json', /^application\/json/] as const,
  ['/pages/style.css', /^text\/css; charset=utf-8$/] as const,
  ['/pages/docs.js', /^text\/javascript; charset=utf-8$/] as const,
  ['/pages/icon.svg', /^image\/svg\+xml/] as const,
])('%s is answered with its type, fenced in, and not stored', async (path, type) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(type)
  expectCommonHeaders(answer)
  expect(policyOf(answer.headers)).toEqual(POLICY)

  const head = await get(path, 'HEAD')
  expect([head.status, head.body]).toEqual([200, ''])
  expect(head.headers.get('content-type')).toBe(answer.headers.get('content-type'))
  expect(policyOf(head.headers)).toEqual(POLICY)

  const post = await get(path, 'POST')
  expectProblem(post, 'method-not-allowed')
  expect(post.headers.get('allow')).toBe('GET, HEAD')
})

test('what a page loads comes from here, and is there', async () => {
  const loaded = new Set<string>()
  for (const path of pages) {
    const { body } = await get(path)
    // every address in an attribute that loads something, be it a script, a style, an image, a frame or a form's target
    const loading = /<(?!a\b)\w+\b[^>]*?\s(?:src|href|srcset|data|poster|action)=["']?([^"'\s>]*)/gi
    for (const [, address = ''] of String(body).matchAll(loading)) loaded.add(address)
  }
  for (const file of files) {
    const text = await readFile(join(PUBLIC, file), 'utf8')
    const loading = /(?:\bfrom|\bimport|\bimport\(|\burl\(|@import)\s*['"]([^'"]*)['"]/g
    for (const [, address = ''] of text.matchAll(loading))
      loaded.add(new URL(address, `file://${file}`).pathname)
    expect(text.replaceAll(/xmlns="[^"]*"|^\s*\*.*$/gm, ''), file).not.toMatch(/https?:\/\//)
  }
  expect([...loaded]).toEqual(
    expect.arrayContaining(['/pages/style.css', '/pages/docs.js', '/pages/element.js']),
  )
  for (const address of loaded) {
    expect(address).toMatch(/^\/pages\/[\w-]+\.(js|css|svg)$/)
    expect((await get(address)).status, address).toBe(200)
  }
  // and nothing lies there that nobody loads
  expect(files.filter((file) => !loaded.has(file))).toEqual([])
})

test.each(pages)('%s has no script and no style inside it', async (path) => {
  const { body } = await get(path)
  expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i)
  for (const [, content] of String(body).matchAll(/<script[^>]*>(.*?)<\/script>/gis)) expect(content).toBe('')
})

test.each([
  '/docs.html',
  '/index.html',
  '/console.html',
  '/pages',
  '/pages/',
  '/pages/nothing.js',
  '/pages/..%2fdocs.html',
  '/pages/%2e%2e%2fopenapi.json',
  '/pages/%ff',
  '/pages/a/b.js',
  '/wrangler.toml',
  '/nope',
  '/problems/nope',
])('%s is a page that says so in a browser, and a problem elsewhere', async (path) => {
  const page = await get(path)
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
  expect(page.body).toContain('There is nothing at this address')
  expectCommonHeaders(page)
  expect(policyOf(page.headers)).toEqual(POLICY)
  expectProblem(await worker.call('GET', path, { as: null }), 'not-found')
})

test('problems are listed as text in a terminal', async () => {
  const { headers, body } = await worker.call('GET', '/problems', { as: null })
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  expect(body).toContain('owner-not-found: An owner is not known to ConductorOne (HTTP 422)\n')
})

test('a problem reads as text in a terminal, with the remedy in its third paragraph', async () => {
  const { headers, body } = await worker.call('GET', '/problems/owner-not-found', { as: null })
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  const [title, status, remedy] = body.split('\n\n')
  expect(title).toBe('An owner is not known to ConductorOne')
  expect(status).toMatch(/^owner-not-found, HTTP 422\./)
  expect(remedy).toMatch(/^Give the e-mail address/)
})

test('a problem’s page shows what is special in HTML as it is', async () => {
  const { body } = await get('/problems/unauthenticated')
  expect(body).toContain('<code>Authorization: Bearer &lt;key&gt;</code>')
  expect(body).not.toContain('<key>')
})
