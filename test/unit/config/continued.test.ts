import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinContinued } from '../../../src/config/continued.ts'

test('settings without a continuation stay as they are', () => {
  const env = { API_KEYS: 'not JSON', POLICY: { maxViews: 3 }, API_KEYSTORE: '{}' }
  expect(joinContinued(env)).toEqual({ env, faults: [] })
})

test('callers are the same, however they are spread over settings', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((name) => !(name in {}))
  const callers = fc.dictionary(name, fc.string(), { maxKeys: 20, noNullPrototype: true })
  fc.assert(
    fc.property(callers, fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }), (all, places) => {
      const parts: Record<string, Record<string, string>> = { API_KEYS: {} }
      Object.entries(all).forEach(([key, value], index) => {
        const place = ['API_KEYS', 'API_KEYS_2', 'API_KEYS_BOTS', 'API_KEYS_Z'][places[index] ?? 0] ?? ''
        parts[place] = { ...parts[place], [key]: value }
      })
      const texts = Object.entries(parts).map(([key, part]) => [key, JSON.stringify(part)])
      const { env, faults } = joinContinued(Object.fromEntries(texts))
      const joined = Object(env).API_KEYS
      expect(faults).toEqual([])
      expect(typeof joined === 'string' ? JSON.parse(joined) : joined).toEqual(all)
    }),
  )
})

test('presets of several settings are joined, and TOML tables count as well as JSON', () => {
  const { env, faults } = joinContinued({
    POLICY: { maxViews: 3, presets: { payroll: { kind: 'group' } } },
    POLICY_PRESETS: '{"presets":{"oncall":{"kind":"group"}}}',
  })
  expect(faults).toEqual([])
  expect(Object(env).POLICY).toEqual({
    maxViews: 3,
    presets: { payroll: { kind: 'group' }, oncall: { kind: 'group' } },
  })
})

test.each([
  [
    'a caller twice',
    { API_KEYS: '{"bot":"secret-1"}', API_KEYS_2: '{"bot":"secret-2"}' },
    'API_KEYS_2 has an entry',
  ],
  ['a limit twice', { POLICY: { maxViews: 3 }, POLICY_2: '{"maxViews":9}' }, 'POLICY_2 has an entry'],
  [
    'a preset twice',
    { POLICY: { presets: { a: {} } }, POLICY_2: { presets: { a: {} } } },
    'POLICY_2.presets has an entry',
  ],
  ['text that is not JSON', { API_KEYS: '{}', API_KEYS_2: 'secret-2' }, 'API_KEYS_2 is not a JSON object'],
  ['a list', { POLICY_2: [] }, 'POLICY_2 is not a JSON object'],
])('%s is a fault that names the setting and repeats no value', (_, env, says) => {
  const { faults } = joinContinued(env)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(says)
  expect(faults[0]).not.toContain('secret')
})
