import { expect, test } from 'vitest'
import { MAX_SETTING_BYTES, sizeNotes, sizeOf } from '../../../scripts/deployment/setting-size.ts'
import { type Added, addCaller, addSender, type Refused } from '../../../scripts/setup/add.ts'

const KEY = 'k'.repeat(43)

/** What a setting holds after something was added. */
function entries(result: Added | Refused, setting: string): Record<string, unknown> {
  if ('refused' in result) throw new Error(result.refused)
  expect(result.changed).toBe(setting)
  return JSON.parse(result.settings[setting] ?? '')
}

test('a caller gets a key of its own, and nothing else changes', () => {
  const settings = { API_KEYS: JSON.stringify({ runbook: KEY }), WEBHOOK_SECRETS: '{"github":"x"}' }
  const added = addCaller('caller', 'bot', settings)
  expect(entries(added, 'API_KEYS')).toEqual({ runbook: KEY, bot: Object(added).made })
  expect(Object(added).made).toMatch(/^[\w-]{43}$/)
  expect(Object(added).settings.WEBHOOK_SECRETS).toBe(settings.WEBHOOK_SECRETS)
})

test('an operator gets a key that makes no vaults', () => {
  const added = addCaller('operator', 'jane', {})
  expect(entries(added, 'API_KEYS')).toEqual({
    jane: { key: Object(added).made, scopes: ['read', 'operate'] },
  })
})

test.each([
  ['a bare key', KEY, { key: KEY, scopes: ['create', 'read', 'operate'] }],
  [
    'a list of keys',
    { key: [KEY, `${KEY}2`] },
    { key: [KEY, `${KEY}2`], scopes: ['create', 'read', 'operate'] },
  ],
  [
    'scopes and presets',
    { key: KEY, scopes: ['create'], presets: ['payroll'] },
    { key: KEY, scopes: ['create', 'operate'], presets: ['payroll'] },
  ],
])('a caller with %s becomes an operator and keeps its key', (_, before, after) => {
  const added = addCaller('operator', 'jane', { API_KEYS: JSON.stringify({ jane: before }) })
  expect(entries(added, 'API_KEYS')).toEqual({ jane: after })
  expect(Object(added).made).toBeUndefined()
})

test.each([
  [
    'a caller that is there',
    () => addCaller('caller', 'bot', { API_KEYS_2: `{"bot":"${KEY}"}` }),
    'bot is a caller already',
  ],
  [
    'an operator that is one',
    () => addCaller('operator', 'jane', { API_KEYS: '{"jane":{"key":"x","scopes":["operate"]}}' }),
    'jane is an operator already',
  ],
  [
    'a sender that has a secret',
    () => addSender('github', { WEBHOOK_SECRETS: '{"github":"x"}' }, undefined),
    'has a secret already',
  ],
  ['a name that is a secret', () => addCaller('caller', KEY, {}), 'is not a name'],
])('%s is not added again', (_, add, says) => {
  expect(Object(add()).refused).toContain(says)
})

test('what is not a JSON object is named, and not repeated', () => {
  expect(() => addCaller('caller', 'bot', { API_KEYS: `"${KEY}"` })).toThrow(
    /^API_KEYS in the settings file is not a JSON object\.$/,
  )
})

test('a caller that does not fit is put into another setting, however many there are', () => {
  let settings: Readonly<Record<string, string>> = {}
  for (let number = 0; number < 200; number++) {
    const added = addCaller('caller', `caller-${number}`, settings)
    if ('refused' in added) throw new Error(added.refused)
    settings = added.settings
  }
  expect(Object.keys(settings)).toEqual(['API_KEYS', 'API_KEYS_2', 'API_KEYS_3'])
  for (const text of Object.values(settings)) expect(sizeOf(text)).toBeLessThanOrEqual(MAX_SETTING_BYTES)
  const names = Object.values(settings).flatMap((text) => Object.keys(JSON.parse(text)))
  expect(new Set(names).size).toBe(200)
})

test('a secret that is ours is made in the form of its sender, and one that the sender shows is taken', () => {
  expect(entries(addSender('gitlab', {}, undefined), 'WEBHOOK_SECRETS').gitlab).toMatch(/^whsec_/)
  const copied = addSender('linear', { WEBHOOK_SECRETS: '{"github":"x"}' }, 'lin_wh_shown-there')
  expect(entries(copied, 'WEBHOOK_SECRETS')).toEqual({ github: 'x', linear: 'lin_wh_shown-there' })
  expect(Object(copied).made).toBeUndefined()
})

test('a setting is counted in bytes, and noted from four fifths of what Cloudflare takes', () => {
  const notes = sizeNotes({
    SMALL: 'x',
    NEAR: 'ü'.repeat(2_100),
    API_KEYS_OLD: 'x'.repeat(5_121),
    POLICY: {},
  })
  expect(notes).toEqual([
    { name: 'NEAR', isOver: false, says: 'has 4,200 of the 5,120 bytes that Cloudflare takes' },
    {
      name: 'API_KEYS_OLD',
      isOver: true,
      says: 'has 5,121 of the 5,120 bytes that Cloudflare takes: put some of it into another setting, such as API_KEYS_MORE',
    },
  ])
})
