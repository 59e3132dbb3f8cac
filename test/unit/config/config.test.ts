import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConfigurationError, parseConfig } from '../../../src/config/config.ts'
import { Policy } from '../../../src/config/policy.ts'
import { CLIENT_ID, CLIENT_SECRET, JWK, secretOf } from '../samples.ts'

const KEY = 'runbook-key-0123456789-abcdefghijklmnop'
const OTHER_KEY = 'backup-key-0123456789-abcdefghijklmnop'

function environment(settings: Readonly<Record<string, unknown>> = {}): object {
  return {
    CONDUCTORONE_CLIENT_ID: CLIENT_ID,
    CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
    API_KEYS: JSON.stringify({ runbook: KEY }),
    TOKEN_CACHE: {},
    LEDGER: {},
    PROVISION: {},
    ...settings,
  }
}

function configOf(settings: Readonly<Record<string, unknown>> = {}) {
  return parseConfig(environment(settings))
}

function errorOf(settings: object): ConfigurationError | undefined {
  try {
    parseConfig(settings)
    return undefined
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
}

function faultsOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  return errorOf(environment(settings))?.faults ?? []
}

test('is content with what is required', () => {
  expect(configOf()).toMatchObject({
    credentials: { clientId: CLIENT_ID, host: 'acme.conductor.one', privateKey: JWK },
    baseUrl: new URL('https://acme.conductor.one'),
    dpop: 'off',
    webhooks: 'off',
    systemLog: 'on',
    webhookSecrets: {},
    callbackKey: undefined,
    alertWebhook: undefined,
    ledgerJurisdiction: undefined,
    policy: Policy.parse({}),
  })
})

test.each([
  'CONDUCTORONE_BASE_URL',
  'CONDUCTORONE_DPOP',
  'CONDUCTORONE_WEBHOOKS',
  'CONDUCTORONE_SYSTEM_LOG',
  'WEBHOOK_SECRETS',
  'CALLBACK_SECRET',
  'POLICY',
  'SOURCES',
  'TICKET_TOKENS',
])('takes a blank %s as if it were not there', (setting) => {
  expect(configOf({ [setting]: '' })).toEqual(configOf())
})

test('takes its tenant from the client id, with its port', () => {
  const { baseUrl } = configOf({ CONDUCTORONE_CLIENT_ID: 'a@127.0.0.1:8788/spc' })
  expect(baseUrl.href).toBe('https://127.0.0.1:8788/')
})

test.each([
  'https://proxy.example',
  'https://proxy.example:8443/c1/',
  'http://localhost:8788',
  'http://127.0.0.1:8788',
  'http://127.9.9.9/',
  'http://[::1]:8788',
])('may reach the tenant at %s', (url) => {
  expect(configOf({ CONDUCTORONE_BASE_URL: url }).baseUrl).toEqual(new URL(url))
})

const HTTPS = 'CONDUCTORONE_BASE_URL must be https; plain http is for a loopback address only'
const PLAIN = 'CONDUCTORONE_BASE_URL must be a scheme, a host and a path only'

test.each([
  ['acme.conductor.one', 'CONDUCTORONE_BASE_URL is not a URL'],
  ['http://acme.conductor.one', HTTPS],
  ['http://localhost.example', HTTPS],
  ['http://127.0.0.1.example', HTTPS],
  ['http://10.0.0.1', HTTPS],
  ['ftp://localhost', HTTPS],
  ['https://user@acme.conductor.one', PLAIN],
  ['https://:pass@acme.conductor.one', PLAIN],
  ['https://acme.conductor.one/?a=b', PLAIN],
  ['https://acme.conductor.one/#a', PLAIN],
])('may not reach the tenant at %s', (url, fault) => {
  expect(faultsOf({ CONDUCTORONE_BASE_URL: url })).toEqual([fault])
})

test.each([
  ['a key', { runbook: KEY }, [['runbook', [KEY], ['create', 'read']]]],
  ['a key in a table', { runbook: { key: KEY } }, [['runbook', [KEY], ['create', 'read']]]],
  [
    'two keys and scopes',
    { 'on-call.2': { key: [KEY, OTHER_KEY], scopes: ['read', 'operate'] } },
    [['on-call.2', [KEY, OTHER_KEY], ['read', 'operate']]],
  ],
  [
    'two callers',
    { a: KEY, b: OTHER_KEY },
    [
      ['a', [KEY], ['create', 'read']],
      ['b', [OTHER_KEY], ['create', 'read']],
    ],
  ],
])('takes API keys as %s, as JSON and as a table', (_, keys, expected) => {
  for (const API_KEYS of [keys, JSON.stringify(keys)]) {
    const { callers } = configOf({ API_KEYS })
    const shown = callers.map(({ name, keys, scopes }) => [name, keys.map((key) => key.reveal()), scopes])
    expect(shown).toEqual(expected)
  }
})

test('takes a policy as a table and as JSON', () => {
  const policy = { defaultOwners: ['a@example.com'], maxViews: 3, namePattern: '^[A-Z]' }
  for (const POLICY of [policy, JSON.stringify(policy)])
    expect(configOf({ POLICY }).policy).toEqual(Policy.parse(policy))
})

test('takes webhook secrets, one or several a source, and a callback secret', () => {
  const WEBHOOK_SECRETS = JSON.stringify({ github: 'secret-1', jira: ['secret-2', 'secret-3'] })
  const { webhookSecrets, callbackKey } = configOf({
    WEBHOOK_SECRETS,
    CALLBACK_SECRET: `whsec_${'QUJD'.repeat(8)}`,
  })
  const shown = Object.entries(webhookSecrets).map(([name, secrets]) => [
    name,
    secrets.map((s) => s.reveal()),
  ])
  expect(shown).toEqual([
    ['github', ['secret-1']],
    ['jira', ['secret-2', 'secret-3']],
  ])
  expect(callbackKey?.reveal()).toBe('QUJD'.repeat(8))
})

test.each<[string, unknown, string | RegExp]>([
  ['CONDUCTORONE_CLIENT_ID', undefined, /^CONDUCTORONE_CLIENT_ID is missing/],
  ['CONDUCTORONE_CLIENT_ID', 'acme', 'CONDUCTORONE_CLIENT_ID is not of the form <name>@<host>/<use-case>'],
  ['CONDUCTORONE_CLIENT_SECRET', undefined, /^CONDUCTORONE_CLIENT_SECRET is missing/],
  ['CONDUCTORONE_CLIENT_SECRET', 'x', /^CONDUCTORONE_CLIENT_SECRET does not begin with/],
  ['CONDUCTORONE_DPOP', 'on', 'CONDUCTORONE_DPOP must be "off" or "required"'],
  ['CONDUCTORONE_SYSTEM_LOG', 'yes', 'CONDUCTORONE_SYSTEM_LOG must be "off" or "on"'],
  ['CONDUCTORONE_WEBHOOKS', 'yes', 'CONDUCTORONE_WEBHOOKS must be "off" or "on"'],
  ['TOKEN_CACHE', undefined, 'TOKEN_CACHE is not bound; see wrangler.toml'],
  ['LEDGER', undefined, 'LEDGER is not bound; see wrangler.toml'],
  ['PROVISION', 'text', 'PROVISION is not bound; see wrangler.toml'],
  ['API_KEYS', undefined, /^API_KEYS must be an object/],
  ['API_KEYS', '', 'API_KEYS is not JSON'],
  ['API_KEYS', '{', 'API_KEYS is not JSON'],
  ['API_KEYS', '[]', /^API_KEYS must be an object/],
  ['API_KEYS', '{}', 'API_KEYS names no caller'],
  ['API_KEYS', { a: 'short' }, 'API_KEYS.a.key.0 is shorter than 32 characters; make a longer one'],
  ['API_KEYS', { a: `${KEY} ` }, /^API_KEYS.a.key.0 has characters that a header cannot carry/],
  ['API_KEYS', { a: { key: [] } }, 'API_KEYS.a.key is empty'],
  ['API_KEYS', { a: { key: KEY, scopes: [] } }, 'API_KEYS.a.scopes is empty'],
  [
    'API_KEYS',
    { a: { key: KEY, scopes: ['admin'] } },
    'API_KEYS.a.scopes.0 must be one of create, read, operate',
  ],
  ['API_KEYS', { a: { key: KEY, scope: ['read'] } }, 'API_KEYS.a has an unknown field scope'],
  ['API_KEYS', { a: KEY, b: KEY }, 'API_KEYS gives one key to two callers; each needs its own'],
  ['API_KEYS', { a: { key: [KEY, KEY] } }, 'API_KEYS gives one key to two callers; each needs its own'],
  ['API_KEYS', { 'a b': KEY }, 'API_KEYS has a name that is not 1 to 31 letters, digits, dots or dashes'],
  ['WEBHOOK_SECRETS', '{"github":"short"}', /^WEBHOOK_SECRETS.github.0 is shorter than 8 characters/],
  ['WEBHOOK_SECRETS', '{"github":[]}', 'WEBHOOK_SECRETS.github is empty'],
  ['WEBHOOK_SECRETS', '{"s3cret-0123456789":"github-secret"}', 'WEBHOOK_SECRETS has an unknown name'],
  ['TICKET_TOKENS', '{"pagerduty":"0123456789"}', 'TICKET_TOKENS has an unknown name'],
  ['TICKET_TOKENS', '{"jira":"0123456789"}', 'TICKET_TOKENS.jira needs `user` and `host` beside `token`'],
  ['TICKET_TOKENS', '{"zendesk":7}', /^TICKET_TOKENS.zendesk must be a token, or an object with `token`/],
  [
    'TICKET_TOKENS',
    '{"zendesk":{"token":"0123456789","host":"acme.zendesk.com"}}',
    'TICKET_TOKENS.zendesk needs `user` and `host` beside `token`',
  ],
  [
    'TICKET_TOKENS',
    '{"zendesk":{"clientId":"vaults","clientSecret":"0123456789"}}',
    'TICKET_TOKENS.zendesk.host must be a host such as "acme.zendesk.com"',
  ],
  [
    'TICKET_TOKENS',
    '{"zendesk":{"clientSecret":"0123456789","host":"acme.zendesk.com"}}',
    'TICKET_TOKENS.zendesk.clientId must be the identifier of the OAuth client',
  ],
  [
    'TICKET_TOKENS',
    '{"zendesk":{"clientId":"vaults","clientSecret":"0123","host":"acme.zendesk.com"}}',
    /^TICKET_TOKENS.zendesk.clientSecret is shorter than 8 characters/,
  ],
  [
    'TICKET_TOKENS',
    '{"zendesk":{"clientId":"vaults","clientSecret":"0123456789","host":"a.zendesk.com","token":"0123456789"}}',
    'TICKET_TOKENS.zendesk has an unknown name',
  ],
  [
    'TICKET_TOKENS',
    '{"jira":{"clientId":"vaults","clientSecret":"0123456789","host":"acme.atlassian.net"}}',
    'TICKET_TOKENS.jira takes a token, not `clientId` and `clientSecret`',
  ],
  [
    'TICKET_TOKENS',
    '{"github":{"token":"0123456789","host":"https://x"}}',
    /^TICKET_TOKENS.github.host must be a host/,
  ],
  ['SOURCES', '{"jira":{"fields":{"owner":"x"}}}', 'SOURCES.jira.fields has an unknown field owner'],
  ['SOURCES', { label: ' ' }, 'SOURCES.label is empty'],
  [
    'POLICY',
    { defaultOwners: Array(33).fill('a@example.com') },
    /^POLICY.defaultOwners must have at most 32 entries/,
  ],
  ['CALLBACK_SECRET', 'whsec_short', /^CALLBACK_SECRET must be whsec_ followed by the base64/],
  ['CALLBACK_SECRET', `whsec_${'QUJD'.repeat(22)}`, /^CALLBACK_SECRET must be whsec_ .* 24 to 64/],
  ['CALLBACK_SECRET', `whsec_${'QUJD'.repeat(21)}QUI=`, /^CALLBACK_SECRET must be whsec_ .* 24 to 64/],
  ['CALLBACK_SECRET', 'QUJD'.repeat(8), /^CALLBACK_SECRET must be whsec_/],
  ['POLICY', 'maxViews = 3', 'POLICY is not JSON'],
  [
    'WEBHOOK_SECRETS',
    '{"standard":"whsec_short-secret"}',
    'WEBHOOK_SECRETS.standard.0 is not whsec_ and the base64 of 24 to 64 bytes, nor whpk_ and the base64 of 32',
  ],
  ['POLICY', { maxview: 3 }, 'POLICY has an unknown field maxview'],
  ['POLICY', { tellOwners: 'yes' }, 'POLICY.tellOwners must be true or false'],
  ['POLICY', { maxViews: 0 }, /^POLICY.maxViews /],
  ['POLICY', { namePattern: '(' }, 'POLICY.namePattern is not a regular expression'],
  [
    'POLICY',
    { defaultOwners: ['a@b.example', 'nobody'] },
    /^POLICY.defaultOwners.1 must be the e-mail address/,
  ],
])('names %s where it is %j', (setting, value, fault) => {
  expect(faultsOf({ [setting]: value })).toEqual([
    typeof fault === 'string' ? fault : expect.stringMatching(fault),
  ])
})

test('lists everything that is wrong, in one message', () => {
  const error = errorOf({ CONDUCTORONE_DPOP: 'on', POLICY: { maxViews: 0, colour: 'red' }, TOKEN_CACHE: {} })
  expect(error?.faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
    'API_KEYS',
    'CONDUCTORONE_CLIENT_ID',
    'CONDUCTORONE_CLIENT_SECRET',
    'CONDUCTORONE_DPOP',
    'LEDGER',
    'POLICY',
    'POLICY.maxViews',
    'PROVISION',
  ])
  for (const fault of error?.faults ?? []) expect(error?.message).toContain(fault)
})

test('does not print a key that stands in the place of a name', () => {
  const message = errorOf(environment({ API_KEYS: { [KEY]: 'runbook' } }))?.message
  expect(message).toContain('API_KEYS')
  expect(message).not.toContain(KEY)
})

test('repeats no value of any setting', () => {
  const value = fc.stringMatching(/^[A-Za-z0-9_-]{12,50}$/)
  const named = fc.constantFrom('runbook', 'backup')
  const secrets = fc.oneof(
    value,
    fc.dictionary(
      named,
      fc.oneof(value, fc.array(value), fc.record({ key: value, scopes: fc.array(value) })),
    ),
  )
  const settings = fc.record(
    {
      CONDUCTORONE_CLIENT_ID: value,
      CONDUCTORONE_CLIENT_SECRET: fc.oneof(
        value,
        value.map((d) => secretOf({ ...JWK, d })),
        value.map((text) => `secret-token:conductorone.com:v1:${text}`),
      ),
      CONDUCTORONE_BASE_URL: value,
      CONDUCTORONE_DPOP: value,
      API_KEYS: secrets,
      WEBHOOK_SECRETS: secrets,
      CALLBACK_SECRET: fc.oneof(
        value,
        value.map((text) => `whsec_${text}`),
      ),
      POLICY: fc.record(
        { namePattern: value.map((text) => `(${text}`), maxViews: value },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(settings, fc.boolean(), (broken, asJson) => {
      const env = Object.entries(broken).map(([name, value]) => [
        name,
        asJson && typeof value === 'object' ? JSON.stringify(value) : value,
      ])
      const error = errorOf(environment(Object.fromEntries(env)))
      const secrets = JSON.stringify(broken).match(/[A-Za-z0-9_-]{12,}/g) ?? []
      // names of settings and of their parts are no values
      const values = secrets.filter((text) => !/^[A-Z_]+$|^namePattern$/.test(text))
      for (const text of values) expect(error?.message ?? '').not.toContain(text)
    }),
  )
})

test('shows no secret when it is printed', () => {
  const config = configOf({
    API_KEYS: { a: KEY },
    WEBHOOK_SECRETS: { github: 'webhook-secret' },
    CALLBACK_SECRET: `whsec_${'QUJD'.repeat(8)}`,
  })
  const { credentials, ...rest } = config
  const shown = [JSON.stringify(rest), inspect(rest, { depth: 9 }), inspect(credentials.clientSecret)].join(
    '\n',
  )
  for (const text of [KEY, 'webhook-secret', 'QUJD', CLIENT_SECRET]) expect(shown).not.toContain(text)
})

test('callers that are spread over settings are all there, and a fault in any of them is told', () => {
  const more = { API_KEYS_BOTS: JSON.stringify({ bot: 'b'.repeat(32) }) }
  expect(configOf(more).callers.map(({ name }) => name)).toContain('bot')
  expect(() => configOf({ ...more, API_KEYS_2: more.API_KEYS_BOTS })).toThrow(
    /API_KEYS_BOTS has an entry that another setting has too/,
  )
})

test.each(['http://hooks.example.com/x', 'hooks.example.com', 'https://hooks.example.com/x\n'])(
  'an alert webhook at %j is refused, and not repeated',
  (address) => {
    const configure = () => configOf({ ALERT_WEBHOOK: address })
    expect(configure).toThrow(/ALERT_WEBHOOK must be an https address/)
    expect(configure).not.toThrow(/hooks/)
  },
)
