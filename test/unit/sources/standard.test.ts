import { expect, test } from 'vitest'
import { read } from './reading.ts'

test.each(['standard', 'zendesk'])(
  '%s: the body that an administrator wrote is the request itself',
  (source) => {
    const body = { name: 'Payroll', ticket: { id: '42' }, whatever: [1] }
    expect(read(source, body)).toEqual(body)
    expect(read(source, {})).toEqual({})
  },
)

test.each([null, 'Payroll', 7, true, [], [{ name: 'Payroll' }]])('ignores a body that is %j', (body) => {
  expect(read('standard', body)).toBe('the body is not a JSON object')
  expect(read('zendesk', body)).toBe('the body is not a JSON object')
})
