import { expect, test } from 'vitest'
import { checkConfiguration } from '../../../scripts/deployment/configuration.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../samples.ts'

/** What the doctor says of these tokens for comments. */
function saidOf(tokens: unknown) {
  const { findings } = checkConfiguration(
    {},
    {
      CONDUCTORONE_CLIENT_ID: CLIENT_ID,
      CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
      API_KEYS: '{"runbook":"runbook-key-0123456789-abcdefghijklmnop"}',
      TICKET_TOKENS: JSON.stringify(tokens),
    },
  )
  return findings.filter(({ name }) => name === 'TICKET_TOKENS')
}

test('an API token of Zendesk is a warning that says when it ends and what to do', () => {
  const host = 'acme.zendesk.com'
  const [finding, ...others] = saidOf({ zendesk: { token: 'zendesk-token', user: 'bot@acme.example', host } })
  expect([finding?.status, others]).toEqual(['warning', []])
  expect(finding?.says).toMatch(/2027-04-30.*docs\/recipes\/zendesk\.md/)
  expect(finding?.says).not.toContain('zendesk-token')
  expect(saidOf({ zendesk: { host, clientId: 'vault_bot', clientSecret: 'client-secret-1' } })).toEqual([])
  expect(saidOf({ github: 'ghp_0123456789' })).toEqual([])
})
