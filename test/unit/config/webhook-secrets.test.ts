import { expect, test } from 'vitest'
import { SENDER_NAMES, SENDERS, TICKET_SYSTEMS } from '../../../src/config/senders.ts'
import { WebhookSecrets } from '../../../src/config/webhook-secrets.ts'
import { sources } from '../../../src/sources/sources.ts'

const faultsOf = (setting: unknown) =>
  WebhookSecrets.safeParse(setting).error?.issues.map(({ path, message }) => [path.join('.'), message])

test('a sender has a secret of its own, and every ticketing system is read', () => {
  expect(SENDER_NAMES.filter((name) => SENDERS[name].kind === 'tickets')).toEqual([...sources.keys()])
  expect(TICKET_SYSTEMS).toEqual(['github', 'gitlab', 'jira', 'zendesk', 'linear'])
})

test.each([
  ['an object', { conductorone: 'a-long-enough-secret' }],
  ['JSON', JSON.stringify({ conductorone: ['a-long-enough-secret'] })],
])('refuses a secret of ConductorOne in %s, which nothing would read', (_, setting) => {
  expect(faultsOf(setting)).toContainEqual([
    'conductorone',
    'is read by nothing: ConductorOne signs with its own keys; remove it, and set CONDUCTORONE_WEBHOOKS to "on"',
  ])
})

const bytes = (length: number) => Buffer.alloc(length, 'k').toString('base64')

test.each([
  ['standard', bytes(24)],
  ['standard', `whsec_${bytes(24)}`],
  ['standard', `whsec_${bytes(64)}`],
  ['standard', `whpk_${bytes(32)}`],
  ['gitlab', `whsec_${bytes(32)}`],
  ['gitlab', 'a token of an older version'],
  ['teams', bytes(32)],
  ['discord', 'AB'.repeat(32)],
  ['discord', 'ab'.repeat(32)],
  ['github', 'mysecret-and-more'],
])('takes a secret of the scheme of %s: %j', (name, secret) => {
  expect(faultsOf({ [name]: secret })).toBeUndefined()
})

test.each([
  ['standard', `whsec_${bytes(23)}`, 'is not whsec_'],
  ['standard', `whsec_${bytes(65)}`, 'is not whsec_'],
  ['standard', `whpk_${bytes(31)}`, 'is not whsec_'],
  ['standard', `whpk_${bytes(33)}`, 'is not whsec_'],
  ['standard', 'whsec_not-base64-at-all-but-long-enough', 'is not whsec_'],
  ['gitlab', `whsec_${bytes(31)}`, 'is not a signing token'],
  ['gitlab', `whsec_${bytes(33)}`, 'is not a signing token'],
  ['teams', bytes(31), 'is not the security token'],
  ['teams', 'teams-security-token', 'is not the security token'],
  ['discord', 'ab'.repeat(31), 'is not the public key'],
  ['discord', 'zz'.repeat(32), 'is not the public key'],
])('refuses a secret that cannot be one of %s: %j', (name, secret, fault) => {
  expect(faultsOf({ [name]: secret })).toEqual([[`${name}.0`, expect.stringContaining(fault)]])
})

test.each(
  SENDER_NAMES.flatMap((name) =>
    ['secret-no-1\n', ' secret-no-1', '\tsecret-no-1', 'secret-no-1\u00a0'].map((secret) => [name, secret]),
  ),
)('refuses white space at the ends of a secret of %s: %j', (name, secret) => {
  expect(faultsOf({ [name]: secret })).toContainEqual([
    `${name}.0`,
    'has white space or a line break at its ends; copy it without',
  ])
})

test.each([
  ['zendesk', 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='],
  ['github', "It's a Secret to Everybody"],
  ['jira', "It's a Secret to Everybody"],
  ['slack', '8f742231b10e8888abcd99yyyzzz85a5'],
  ['slack', '8F742231B10E8888ABCD99YYYZZZ85A5'],
  ['standard', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['standard', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['standard', 'whsec_plJ3nmyCDGBKInavdOK15jsl'],
  ['standard', 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
  ['pagerduty', 'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK'],
  ['discord', '8B28DED5630F9051C205DD04C6EC56AD0B08B8812B2FE30EE9AECE0AB41926F3'],
  ['github', 'mysecret'],
  ['linear', 'test_secret_key'],
])('refuses a published secret of %s, with and without its prefix: %j', (name, secret) => {
  expect(faultsOf({ [name]: secret })).toContainEqual([
    `${name}.0`,
    expect.stringContaining('from the sender’s documentation'),
  ])
})
