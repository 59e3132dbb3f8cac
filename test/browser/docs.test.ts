import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { unique } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'
import { OWNER, type Scene, startScene, useKey } from './scene.ts'

let scene: Scene

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())
afterEach(() => scene.expectCalm())

async function openForm(page: Page, operation: string) {
  const article = page.locator(`#${operation}`)
  await article.locator('.try > summary').press('Enter')
  const optional = article.getByText('Optional parameters')
  if ((await optional.count()) > 0) await optional.press('Enter')
  return {
    article,
    body: article.getByLabel('Body application/json'),
    send: article.getByRole('button', { name: 'Send the request' }),
  }
}

async function names(): Promise<string[]> {
  return (await scene.stage.simulator.control.vaults()).map(({ displayName }) => displayName)
}

test('a vault is made from the page, with one’s own key and the keyboard alone', async () => {
  const page = await scene.open('/docs')
  const name = unique('From the page')
  await page.locator('#api-key').focus()
  await page.keyboard.type(KEYS.runbook)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  const { article, body, send } = await openForm(page, 'createVault')
  await body.focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(JSON.stringify({ name, owners: [OWNER] }))
  await article.getByLabel('Dry run: shows what would be created').focus()
  await page.keyboard.press('Space')
  await article.getByText('Dry run is off: this creates a vault').waitFor()
  await send.focus()
  await page.keyboard.press('Space')
  await article.getByText('201 Created').waitFor()
  const answer = JSON.parse((await article.locator('.answer').textContent()) ?? '')
  expect(answer).toMatchObject({
    vault: { displayName: name },
    request: { caller: 'runbook', status: 'created' },
  })
  expect(await names()).toContain(name)
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Send the request')
  await article.getByText('Headers of the answer').click()
  await article.getByText(`location: /v1/requests/${answer.request.id}`).waitFor()
})

test('the first request works as it stands, and is a dry run', async () => {
  const page = await scene.open('/docs')
  await useKey(page, KEYS.runbook)
  const before = await names()
  const { article, send } = await openForm(page, 'createVault')
  expect(await article.getByLabel('Dry run').isChecked()).toBe(true)
  await send.click()
  await article.getByText('200 OK').waitFor()
  expect(JSON.parse((await article.locator('.answer').textContent()) ?? '')).toMatchObject({ dryRun: true })
  expect(await names()).toEqual(before)
})

test('a parameter goes where it belongs', async () => {
  const page = await scene.open('/docs')
  await useKey(page, KEYS.runbook)
  const listing = await openForm(page, 'readRequest')
  await listing.article.getByLabel('id in the path').fill('req_/..?x')
  const asked = page.waitForRequest((request) => request.url().includes('/v1/requests/'))
  await listing.send.click()
  expect(new URL((await asked).url()).pathname).toBe('/v1/requests/req_%2F..%3Fx')
  await listing.article.getByText('404 Not Found').waitFor()
})

test('the examples are the same request in each language, without the key, and can be copied', async () => {
  const page = await scene.open('/docs')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await useKey(page, KEYS.runbook)
  const { article, body } = await openForm(page, 'createVault')
  await body.fill(`{"name": "Jane's", "owners": [], "allowUnauthenticated": false, "description": null}`)
  await article.getByLabel('Idempotency-Key in the header').fill('deploy-1')
  await article.getByLabel('Dry run').uncheck()
  const address = new URL('/v1/vaults', scene.stage.worker.url)
  const snippet = article.locator('.snippet')
  expect(await snippet.textContent()).toBe(
    [
      `curl -X POST '${address}'`,
      `-H "Authorization: Bearer $VAULTS_KEY"`,
      `-H 'Content-Type: application/json'`,
      `-H 'Idempotency-Key: deploy-1'`,
      `-d '{"name": "Jane'\\''s", "owners": [], "allowUnauthenticated": false, "description": null}'`,
    ].join(' \\\n  '),
  )
  await article.getByRole('radio', { name: 'curl' }).focus()
  await page.keyboard.press('ArrowRight')
  expect(await snippet.textContent()).toBe(`const response = await fetch("${address}", {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.VAULTS_KEY}\`,
    "Content-Type": "application/json",
    "Idempotency-Key": "deploy-1",
  },
  body: JSON.stringify({
    "name": "Jane's",
    "owners": [],
    "allowUnauthenticated": false,
    "description": null
  }),
})
console.log(response.status, await response.text())`)
  await page.keyboard.press('ArrowRight')
  const python = `import os

import requests

response = requests.post(
    "${address}",
    headers={
        "Authorization": f"Bearer {os.environ['VAULTS_KEY']}",
        "Content-Type": "application/json",
        "Idempotency-Key": "deploy-1",
    },
    json={
        "name": "Jane's",
        "owners": [],
        "allowUnauthenticated": False,
        "description": None,
    },
)
print(response.status_code, response.text)`
  expect(await snippet.textContent()).toBe(python)
  await article.getByRole('button', { name: 'Copy the example' }).click()
  await article.getByText('Copied').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(python)
  // the language is that of every example
  expect(await page.locator('#readRequest .snippet').textContent()).toContain('import requests')
})

test('the search finds operations by their words, and a slash leads to it', async () => {
  const page = await scene.open('/docs')
  await page.getByRole('heading', { name: 'Make a vault', exact: true }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('trace context')
  await page.locator('#found').getByText('1 found').waitFor()
  expect(await page.locator('#createVault').isVisible()).toBe(true)
  expect(await page.locator('#listRequests').isVisible()).toBe(false)
  expect(await page.getByRole('link', { name: 'List requests' }).isVisible()).toBe(false)
  await page.getByLabel('Search').fill('')
  await page.locator('#listRequests').waitFor()
})

test('the contents show which part is being read', async () => {
  const page = await scene.open('/docs')
  await page.getByRole('heading', { name: 'Make a vault', exact: true }).waitFor()
  await page.getByRole('link', { name: 'List requests' }).click()
  await page.locator('#contents [aria-current]').getByText('List requests').waitFor()
})

test.each([
  ['no key', null, 'API key', 'No key was sent'],
  ['a wrong key', 'no-key-of-anybody', 'doesn’t know that key', 'No valid key or signature'],
  ['a key without the scope', KEYS.reader, 'Signed in as', 'This key lacks the scope "create"; it has read.'],
])('%s is told plainly, with what to do', async (_, key, head, text) => {
  const page = await scene.open('/docs')
  if (key !== null) await useKey(page, key)
  await page.getByText(head).first().waitFor() // signing in moves the focus when it is done
  const { article, send } = await openForm(page, 'createVault')
  await send.click()
  await article.locator('form').getByText(text).first().waitFor()
  await article.locator('form').getByText('What to do').waitFor()
})

test('what cannot be sent at all is told as well', async () => {
  const page = await scene.open('/docs')
  const { article, send } = await openForm(page, 'createVault')
  await article.getByLabel('Idempotency-Key in the header').fill('Schlüssel 🔑')
  await send.click()
  await article.getByText('The browser can’t send this request').waitFor()
})

test('every operation, every field and every problem of the description is on the page', async () => {
  const page = await scene.open('/docs')
  await page.getByRole('heading', { name: 'Make a vault', exact: true }).waitFor()
  const { body } = await scene.stage.worker.call('GET', '/openapi.json', { as: null })
  const operations = Object.values(body.paths).flatMap((item) => Object.values(item as object)) // as OpenAPI has it
  expect(operations.length).toBeGreaterThan(8)
  for (const { operationId, summary } of operations) {
    expect(await page.locator(`#${operationId}`).getByRole('heading', { name: summary }).count()).toBe(1)
    expect(
      await page
        .getByRole('navigation', { name: 'Contents' })
        .getByRole('link', { name: summary, exact: true })
        .count(),
    ).toBe(1)
  }
  for (const field of Object.keys(body.components.schemas.ProvisioningRequest.properties))
    expect(
      await page.locator('#createVault').getByRole('rowheader', { name: field }).count(),
    ).toBeGreaterThan(0)
  for (const code of ['outcome-unknown', 'owner-not-found', 'policy-violation'])
    expect(await page.locator(`#createVault a[href="/problems/${code}"]`).count()).toBe(1)
  for (const name of Object.keys(body.components.schemas))
    expect(await page.locator(`#schema-${name}`).count()).toBe(1)
})

test('a link to a schema unfolds it', async () => {
  const page = await scene.open('/docs#schema-Vault')
  await page.locator('#schema-Vault').getByText('A vault as ConductorOne answers it').waitFor()
  await page.evaluate(`location.hash = 'schema-Owner'`)
  await page.locator('#schema-Owner').getByText('The e-mail address of an enabled').waitFor()
})

/** OpenAPI as others write it: without ids, tags and examples, and with references wherever they may stand. */
const FOREIGN = {
  openapi: '3.1.0',
  info: { title: 'Foreign', version: '1' },
  security: [{ key: [] }],
  paths: {
    '/v1/requests/{id}': {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      get: { responses: { 200: { $ref: '#/components/responses/a~1b%20c' } } },
      post: { requestBody: { $ref: '#/components/requestBodies/Both' }, responses: {} },
    },
  },
  components: {
    parameters: { Id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } } },
    responses: { 'a/b c': { description: 'Found behind a reference.' } },
    requestBodies: {
      Both: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Both' } } } },
    },
    schemas: {
      Base: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      Both: {
        allOf: [
          { $ref: '#/components/schemas/Base' },
          {
            required: ['size', 'tags', 'self'],
            properties: {
              size: { type: ['integer', 'null'], minimum: 3 },
              tags: { type: 'array', items: { enum: ['red', 'blue'] } },
              self: { oneOf: [{ const: 7 }, { $ref: '#/components/schemas/Both' }] },
            },
          },
        ],
      },
    },
  },
}

test('a description is read as OpenAPI says, however it is written', async () => {
  const page = await scene.open('/')
  await page.route('**/openapi.json', (route) => route.fulfill({ json: FOREIGN }))
  await page.goto(new URL('/docs', scene.stage.worker.url).href)
  const { article, body } = await openForm(page, 'post-v1-requests-id-')
  expect(JSON.parse(await body.inputValue())).toEqual({ name: '…', size: 3, tags: ['red'], self: 7 })
  for (const field of ['id required', 'name required', 'size required'])
    expect(await article.getByRole('rowheader', { name: field }).count()).toBe(1)
  await article.getByText('integer or null').waitFor()
  await page.getByText('Found behind a reference.').waitFor()
  await page.locator('#get-v1-requests-id-').getByText('any key').waitFor()
})

test('without the description, the page says so', async () => {
  const page = await scene.open('/')
  await page.route('**/openapi.json', (route) => route.abort())
  await page.goto(new URL('/docs', scene.stage.worker.url).href)
  await page.getByText('This deployment can’t be reached').waitFor()
  await scene.expectCalm(/Failed to load resource/)
})
