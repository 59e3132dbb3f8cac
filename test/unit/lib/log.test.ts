import { afterEach, expect, test, vi } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { log } from '../../../src/lib/log.ts'
import { Secret } from '../../../src/lib/secret.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  ['info', 'log'],
  ['warn', 'warn'],
  ['error', 'error'],
] as const)('writes one line of JSON at level %s', (level, method) => {
  const write = vi.spyOn(console, method).mockReturnValue()
  log(level, 'vault.created', { request: 'req_1', note: 'a\nb "c"\u2028', duration: 12, vault: undefined })
  expect(write).toHaveBeenCalledOnce()
  const [line, ...others] = write.mock.calls[0] ?? []
  expect(others).toEqual([])
  expect(line).not.toContain('\n')
  expect(JSON.parse(String(line))).toEqual({
    event: 'vault.created',
    request: 'req_1',
    note: 'a\nb "c"\u2028',
    duration: 12,
  })
})

test('does not show a secret that gets into it by mistake', () => {
  const write = vi.spyOn(console, 'log').mockReturnValue()
  // what the type forbids
  log('info', 'x', Object({ key: new Secret('correct-horse') }))
  expect(write.mock.calls[0]?.[0]).toBe('{"event":"x","key":"[secret]"}')
})

test('the platform keeps these lines and traces, and of its own no headers and no query', () => {
  const { observability } = unstable_readConfig({ config: 'wrangler.toml' })
  expect(observability).toMatchObject({
    enabled: true,
    redact_query_string: true,
    logs: { enabled: true, invocation_logs: false },
    traces: { enabled: true },
  })
})
