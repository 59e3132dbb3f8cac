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
