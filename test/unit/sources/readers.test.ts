import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  gitHubIssue,
  gitLabIssue,
  jiraIssue,
  linearIssue,
  pagerDutyIncident,
  zendeskEvent,
} from '../../support/payloads.ts'
import { reading } from './reading.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

// the fields that tests configure, so that every value goes through every reader
const fields = Object.fromEntries(
  ['name', 'description', 'kind', 'maxViews', 'allowUnauthenticated', 'owners', 'credentialTtl'].map(
    (field) => [field, `customfield_${field}`],
  ),
)
const options = { jira: { fields }, pagerduty: { fields } }
const values = Object.fromEntries(Object.values(fields).map((id) => [id, 'owner@example.com']))

const deliveries = {
  standard: { name: 'Payroll', ticket: { id: '42' } },
  github: gitHubIssue(),
  gitlab: gitLabIssue({ changes: { previous: [], current: ['vault-request'] } }),
  jira: jiraIssue({
    fields: values,
    names: { customfield_owners: 'Owners' },
    changes: [{ field: 'labels', fromString: '', toString: 'vault-request' }],
  }),
  zendesk: zendeskEvent({ event: { tags_added: ['vault-request'] } }),
  linear: linearIssue({ before: ['label-2'] }),
  pagerduty: pagerDutyIncident({ values }),
}

/** Something else in the place that a path leads to; a step leads to the child with that number. */
function replaced(json: unknown, path: readonly number[], value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined || typeof json !== 'object' || json === null) return value
  const keys = Object.keys(json)
  const key = keys[step % keys.length]
  if (key === undefined) return value
  const entries = Object.entries(json).map(([name, child]) => [
    name,
    name === key ? replaced(child, rest, value) : child,
  ])
  return Array.isArray(json) ? entries.map(([, child]) => child) : Object.fromEntries(entries)
}

describe.each(Object.entries(deliveries))('%s', (source, delivery) => {
  const read = (json: unknown) => reading(source, json, { options }).kind

  test('reads its own delivery', () => {
    expect(read(delivery)).toBe('request')
  })

  test('reads or ignores any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(read(json)).toMatch(/^(request|ignored)$/)
      }),
    )
  })

  test('reads or ignores its own delivery with anything in any place', () => {
    const words = fc.constantFrom('toString', '__proto__', 'constructor', 'value', 'content', 'id', 'name')
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(words, fc.jsonValue()))
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 5 }), value, (path, json) => {
        expect(read(replaced(delivery, path, json))).toMatch(/^(request|ignored)$/)
      }),
      { numRuns: 500 },
    )
  })

  test.each(Object.entries(nested()))(
    'reads or ignores its own delivery with %s, however deep',
    (_, deep) => {
      const places = Array.from({ length: 12 }, (_, step) => step)
      for (const path of places.flatMap((one) => [[one], ...places.map((other) => [one, other])]))
        expect(read(replaced(delivery, path, deep))).toMatch(/^(request|ignored)$/)
    },
  )
})

test.each(Object.entries(nested()))('reads custom fields that hold %s, however deep', (_, deep) => {
  const values = Object.fromEntries(Object.values(fields).map((id) => [id, deep]))
  for (const [source, json] of [
    ['jira', jiraIssue({ fields: values })],
    ['pagerduty', pagerDutyIncident({ values })],
  ] as const)
    expect(reading(source, json, { options }).kind).toMatch(/^(request|ignored)$/)
})

/** What JSON can hold and no program should walk through by recursion. */
function nested(): Record<string, Json> {
  const wraps: Record<string, (inner: Json) => Json> = {
    'lists of lists': (inner) => [inner],
    'options of options': (inner) => ({ value: inner }),
    'documents of documents': (inner) => ({ type: 'doc', content: [inner] }),
  }
  return Object.fromEntries(
    Object.entries(wraps).map(([name, wrap]) => [
      name,
      Array.from({ length: 20_000 }).reduce<Json>(wrap, 'owner@example.com'),
    ]),
  )
}
