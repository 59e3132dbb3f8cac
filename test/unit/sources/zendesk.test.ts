import { expect, test } from 'vitest'
import { zendeskEvent } from '../../support/payloads.ts'
import { read, reading } from './reading.ts'

const TAG = 'vault-request'
const request = { name: 'Payroll', owners: ['owner@example.com'], ticket: { id: '5158' } }
const changed = 'zen:event-type:ticket.tags_changed'

test.each([
  ['created with the tag', {}],
  ['created with the tag in another case', { tags: ['VAULT-REQUEST'] }],
  ['given the tag', { type: changed, event: { tags_added: ['new', TAG], tags_removed: [] } }],
  ['named by a number', { id: 5_158 }],
])('a ticket asks for a vault when it is %s', (_, event) => {
  expect(reading('zendesk', zendeskEvent(event))).toMatchObject({
    kind: 'request',
    request,
    fieldNames: expect.objectContaining({ name: 'Subject', owners: 'Owners' }),
  })
})

test.each([
  ['created without the tag', { tags: ['new'] }],
  ['edited while it has the tag', { type: 'zen:event-type:ticket.subject_changed' }],
  ['given another tag', { type: changed, event: { tags_added: ['new'], tags_removed: [] } }],
  ['rid of the tag', { type: changed, event: { tags_added: [], tags_removed: [TAG] } }],
  ['retagged, and nothing says how', { type: changed, event: null }],
])('a ticket is ignored when it is %s', (_, event) => {
  expect(read('zendesk', zendeskEvent(event))).toBe(`a ticket asks for a vault when it gets the tag "${TAG}"`)
})

test('the name in the form stands before the subject, and nothing stands in for both', () => {
  const description = '### Vault name\n\nPayroll, the real one'
  expect(read('zendesk', zendeskEvent({ description }))).toEqual({
    name: 'Payroll, the real one',
    ticket: { id: '5158' },
  })
  expect(read('zendesk', zendeskEvent({ description: null, subject: null }))).toEqual({
    ticket: { id: '5158' },
  })
})

test.each([
  ['a user', { type: 'zen:event-type:user.active_changed', detail: { id: '1' }, event: { current: false } }],
  // its detail names no id
  [
    'an agent',
    { type: 'zen:event-type:agent.state_changed', detail: { agent_id: 1, version: 2 }, event: {} },
  ],
  ['something without a detail', { type: 'zen:event-type:ticket.created' }],
  ['a ticket in another shape', { type: 'zen:event-type:ticket.created', detail: { id: 1, tags: TAG } }],
])('an event about %s is ignored, and never taken for a body that somebody wrote', (_, event) => {
  expect(reading('zendesk', event).kind).toBe('ignored')
})

test('a body that somebody wrote may have a type of its own', () => {
  const body = { type: 'End User Comment', ticketID: '12345' }
  expect(read('zendesk', body)).toEqual(body)
})

test('a body that somebody wrote is no event, even if its title brings the type of one', () => {
  const body = { ...zendeskEvent({}), name: 'Payroll' }
  expect(read('zendesk', body)).toEqual(body)
})
