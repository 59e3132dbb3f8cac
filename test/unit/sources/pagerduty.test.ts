import { expect, test } from 'vitest'
import { pagerDutyIncident } from '../../support/payloads.ts'
import { read, reading } from './reading.ts'

const request = {
  name: 'A little bump in the road',
  owners: ['owner@example.com'],
  ticket: { id: 'PGR0VU2', url: 'https://acme.pagerduty.com/incidents/PGR0VU2' },
  requestedBy: 'Jane on PagerDuty',
}

test.each([
  ['its custom fields are filled in', {}],
  ['it is triggered with them', { type: 'incident.triggered' }],
])('an incident asks for a vault when %s', (_, event) => {
  expect(read('pagerduty', pagerDutyIncident(event))).toEqual(request)
})

test('an incident that is triggered asks for a vault with its title, whoever owns it', () => {
  const { owners: _owners, ...rest } = request
  expect(read('pagerduty', pagerDutyIncident({ type: 'incident.triggered', values: {} }))).toEqual(rest)
})

const NO_OWNERS =
  'an incident asks for a vault when it is triggered, or its custom field "vault_owners" is filled in'

test.each([
  ['it has no custom fields', { values: {} }],
  ['only others are filled in', { values: { vault_name: 'Payroll', environment: 'production' } }],
  ['nobody is named', { values: { vault_owners: null } }],
  ['nothing but space is there', { values: { vault_owners: ' ' } }],
  ['it is acknowledged', { type: 'incident.acknowledged' }],
])('an incident is ignored when %s', (_, event) => {
  expect(read('pagerduty', pagerDutyIncident(event))).toBe(NO_OWNERS)
})

test.each([
  ['another kind of event', pagerDutyIncident({ type: 'service.updated' })],
  ['a test of the connection', { event: { event_type: 'pagey.ping', data: { message: 'Hello' } } }],
])('%s is ignored', (_, json) => {
  expect(read('pagerduty', json)).toBe('this is not an incident event')
})

test('an incident without an id is ignored', () => {
  const event = pagerDutyIncident({ type: 'incident.triggered', id: null })
  expect(read('pagerduty', event)).toBe('the incident has no id')
})

test('custom fields are read as they are configured, whatever their type', () => {
  const fields = {
    name: 'Vault',
    owners: 'Who',
    kind: 'Kind',
    maxViews: 'Views',
    allowUnauthenticated: 'Open',
    credentialTtl: 'Life',
    description: 'Why',
  }
  const values = {
    Vault: ' Payroll ',
    Who: ['a@x.com', 'b@x.com'],
    Kind: 'Magic link',
    Views: 3,
    Open: true,
    Life: '1d',
    Why: 'Break glass.',
  }
  expect(
    reading('pagerduty', pagerDutyIncident({ values }), { options: { pagerduty: { fields } } }),
  ).toMatchObject({
    kind: 'request',
    request: {
      ...request,
      name: 'Payroll',
      owners: ['a@x.com', 'b@x.com'],
      kind: 'magic_link',
      maxViews: 3,
      allowUnauthenticated: true,
      credentialTtl: '1d',
      description: 'Break glass.',
    },
    fieldNames: fields,
  })
})

test('an incident without a title, set off by nobody, asks for a vault without a name', () => {
  const { name: _name, requestedBy: _nobody, ...rest } = request
  expect(read('pagerduty', pagerDutyIncident({ title: null, agent: null }))).toEqual(rest)
})
