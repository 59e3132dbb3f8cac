import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { SECRETS } from '../../../scripts/deployment/wrangler-config.ts'
import { Environment } from '../../../src/config/config.ts'
import { Policy } from '../../../src/config/policy.ts'
import { SourceOptions } from '../../../src/config/source-options.ts'
import { TicketTokens } from '../../../src/config/ticket-tokens.ts'
import { problems } from '../../../src/problem/catalog.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { sources } from '../../../src/sources/sources.ts'
import { paths, read } from '../../support/documents.ts'
import { blocksOf, codes, tableOf } from '../../support/markdown.ts'
import { openapi } from '../../support/openapi.ts'

const readme = read('README.md')
const api = read('docs/api.md')
const configuration = read('docs/configuration.md')

/** A table's last columns by what stands between backticks in the first. */
function byName(document: string, ...header: readonly string[]): Map<string, string[]> {
  return new Map(tableOf(document, ...header).map(([name = '', ...rest]) => [codes(name)[0] ?? '', rest]))
}

test('the table of fields has every field of a request, in order, and says the limits that hold', () => {
  const { properties, required } = z.toJSONSchema(ProvisioningRequest, {
    io: 'input',
    unrepresentable: 'any',
  })
  const rows = byName(api, 'field', 'type', 'notes')
  expect([...rows.keys()]).toEqual(Object.keys(properties ?? {}))
  for (const [field, [type = '', notes = '']] of rows) {
    const schema = JSON.stringify(properties?.[field])
    expect([field, type.includes('required')]).toEqual([field, required?.includes(field) ?? false])
    const limits = `${type.replaceAll(/`[^`]*`/g, '')} ${notes}`.matchAll(/(?:up to|from|to) ([\d,]+)/g)
    for (const [, limit = ''] of limits)
      expect([field, schema]).toEqual([
        field,
        expect.stringMatching(new RegExp(`"(max|min)[A-Za-z]+":${limit.replace(',', '')}\\b`)),
      ])
    const choices = properties?.[field]
    if (typeof choices === 'object' && choices.enum)
      expect(codes(type)).toEqual(choices.enum.map((choice) => `"${choice}"`))
    if (field.endsWith('Ttl'))
      for (const example of codes(type))
        expect(ProvisioningRequest.safeParse({ name: 'a', [field]: JSON.parse(example) }).success).toBe(true)
  }
})

test('the table of paths has every path and every parameter that there is', () => {
  const named = tableOf(api, 'path', 'what it is').flatMap(([path = '']) => codes(path))
  const described = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(Object(methods)).map(([method, operation]) => ({
      path: `${method.toUpperCase()} ${path.replace(/^\/webhooks\/.*/, '/webhooks/{source}')}`,
      parameters: Object(operation).parameters ?? [],
    })),
  )
  const bare = named.map((path) => path.replace(/\?.*/, ''))
  expect(bare.toSorted()).toEqual([...new Set(described.map(({ path }) => path))].toSorted())
  const listing = named.find((path) => path.includes('?')) ?? ''
  const { parameters } = described.find(({ path }) => path === listing.replace(/\?.*/, '')) ?? {}
  const inQuery = parameters.filter((one: { in: string }) => one.in === 'query')
  expect(Array.from(listing.matchAll(/(\w+)=/g), ([, name]) => name)).toEqual(
    inQuery.map(({ name }: { name: string }) => name),
  )
})

test('the table of problems is that of the code', () => {
  const rows = tableOf(api, 'code', 'status', 'what it means', 'retryable')
  expect(rows).toEqual(
    Object.entries(problems).map(([code, { status, title, retryable }]) => [
      `\`${code}\``,
      String(status),
      title,
      retryable ? 'yes' : 'no',
    ]),
  )
})

test('the table of senders has every source, and a link to every recipe', () => {
  const rows = tableOf(readme, 'sender', 'source', 'how', 'recipe')
  const named = new Set(rows.flatMap(([, source = '']) => codes(source)))
  const chats = Object.keys(openapi.paths).flatMap((path) => /^\/webhooks\/(\w+)$/.exec(path)?.[1] ?? [])
  expect([...named].toSorted()).toEqual([...chats, ...sources.keys()].toSorted())
  const linked = rows.flatMap(([, , , recipe = '']) => recipe.match(/docs\/recipes\/[\w-]+\.md/g) ?? [])
  const recipes = paths('docs/recipes/*.md').filter((path) => !path.endsWith('README.md'))
  expect(linked.toSorted()).toEqual(recipes)
})

const settings = byName(configuration, 'name', 'kind', 'meaning')
const bound = ['TOKEN_CACHE', 'LEDGER', 'PROVISION']

test('the table of settings has every setting, whether it is a secret, and whether it must be there', () => {
  const { shape } = Environment
  expect([...settings.keys()].toSorted()).toEqual(
    Object.keys(shape)
      .filter((name) => !bound.includes(name))
      .toSorted(),
  )
  const lacking = Environment.safeParse({}).error?.issues.map(({ path: [name] }) => name) ?? []
  for (const [name, [kind = '']] of settings) {
    expect([name, kind.includes('required')]).toEqual([name, lacking.includes(name)])
    const isSecret = SECRETS.includes(name) || name === 'CONDUCTORONE_CLIENT_ID'
    expect([name, kind.startsWith(isSecret ? 'secret' : 'var')]).toEqual([name, true])
  }
})

test('what stands in the settings that are objects is named, with its defaults', () => {
  const [, policy = ''] = settings.get('POLICY') ?? []
  const shown = Array.from(policy.matchAll(/`(\w+)`(?: \((\w+)\))?/g), ([, key, value]) => [key, value])
  const defaults: Record<string, unknown> = Policy.parse({})
  const words = (value: unknown) => (typeof value === 'object' ? /^(none|any)$/ : new RegExp(`^${value}$`))
  expect(shown.map(([key]) => key)).toEqual(Object.keys(Policy.shape))
  for (const [key = '', word = 'undefined'] of shown) expect(word, key).toMatch(words(defaults[key]))

  const [, options = ''] = settings.get('SOURCES') ?? []
  const [label, value, ...places] = codes(options)
  expect({ [label ?? '']: value }).toEqual({ label: SourceOptions.parse({}).label })
  const known = Object.entries(SourceOptions.shape).flatMap(([key, schema]) =>
    key === 'label' ? [] : fieldsOf(schema).map((field) => `${key}.${field}`),
  )
  expect(places).toEqual(known)

  const [, tokens = ''] = settings.get('TICKET_TOKENS') ?? []
  const systems = tokens.split('; ').at(-1)?.split(', ') ?? []
  const access = { token: 'a-token-1', user: 'jane', host: 'acme.example.com' }
  const all = Object.fromEntries(systems.map((system) => [system, access]))
  expect(Object.keys(TicketTokens.parse(all))).toEqual(['github', 'gitlab', 'jira', 'zendesk', 'linear'])
})

/** The keys of an object that is filled in where it is missing. */
function fieldsOf(schema: z.ZodMiniType): string[] {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.keys(properties ?? {})
}

test('the number of requests a minute is that of wrangler.toml', () => {
  const [, limit] = /^simple = \{ limit = (\d+), period = 60 \}$/m.exec(read('wrangler.toml')) ?? []
  expect(configuration).toContain(`may send ${limit} requests a minute`)
})

test('the picture has the calls to ConductorOne that the demo shows, in that order', () => {
  const shown = blocksOf(readme).find(({ language }) => language === 'text')?.text ?? ''
  const drawn = Array.from(
    read('docs/request.svg').matchAll(/<text class="mono"[^>]*>(\w+ \S+)<\/text>/g),
    ([, call]) => call,
  )
  const made = Array.from(shown.matchAll(/^ *(\w+ \/\S+) → 200$/gm), ([, call = '']) =>
    call.replace(/[0-9A-Za-z]{27}$/, '{id}'),
  )
  expect(drawn).toEqual(made)
  expect(made).toHaveLength(4)
})

test('the README stays short', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(251)
})
