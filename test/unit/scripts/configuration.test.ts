import { expect, test } from 'vitest'
import { checkConfiguration } from '../../../scripts/deployment/configuration.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../samples.ts'

/** What the doctor finds if these settings are added to some that are right. */
function findingsFor(settings: Readonly<Record<string, string>>, isDeployed = true) {
  return checkConfiguration(
    {},
    {
      CONDUCTORONE_CLIENT_ID: CLIENT_ID,
      CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
      API_KEYS: '{"runbook":"runbook-key-0123456789-abcdefghijklmnop"}',
      ...settings,
    },
    isDeployed,
  ).findings
}

/** What the doctor says of these tokens for comments. */
function saidOf(tokens: unknown) {
  const findings = findingsFor({ TICKET_TOKENS: JSON.stringify(tokens) })
  return findings.filter(({ name }) => name === 'TICKET_TOKENS')
}

test('a deployment without an operator, or with a tenant on this machine, is warned', () => {
  const warnings = (settings: Record<string, string>, isDeployed?: boolean) =>
    findingsFor(settings, isDeployed).flatMap(({ status, name }) => (status === 'warning' ? [name] : []))
  const API_KEYS = '{"jane":{"key":"operator-key-0123456789-abcdefghijklmno","scopes":["read","operate"]}}'
  expect(warnings({})).toEqual(['operate'])
  expect(warnings({ API_KEYS })).toEqual([])
  expect(warnings({ API_KEYS, CONDUCTORONE_BASE_URL: 'http://127.0.0.1:8788' })).toEqual(['tenant'])
  expect(warnings({ API_KEYS, CONDUCTORONE_BASE_URL: 'http://127.0.0.1:8788' }, false)).toEqual([])
})

test('the ledger’s jurisdiction is named', () => {
  const said = (settings: Record<string, string>) =>
    findingsFor(settings).find(({ name }) => name === 'ledger')?.says
  expect(said({ LEDGER_JURISDICTION: 'eu' })).toBe('stays in the jurisdiction eu')
  expect(said({})).toContain('LEDGER_JURISDICTION is not set')
})

test('an API token of Zendesk is a warning that says when it ends and what to do', () => {
  const host = 'acme.zendesk.com'
  const [finding, ...others] = saidOf({ zendesk: { token: 'zendesk-token', user: 'bot@acme.example', host } })
  expect([finding?.status, others]).toEqual(['warning', []])
  expect(finding?.says).toMatch(/2027-04-30.*docs\/recipes\/zendesk\.md/)
  expect(finding?.says).not.toContain('zendesk-token')
  expect(saidOf({ zendesk: { host, clientId: 'vault_bot', clientSecret: 'client-secret-1' } })).toEqual([])
  expect(saidOf({ github: 'ghp_0123456789' })).toEqual([])
})
