import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duplicateMembers } from '../../../src/lib/json.ts'

test.each<[string, (string | number)[][]]>([
  ['{}', []],
  ['[]', []],
  ['"a"', []],
  ['1', []],
  ['{"a":1,"b":"a","c":["a","a"]}', []],
  ['{"a":{"a":{"a":1}}}', []],
  ['[{"a":1},{"a":2}]', []],
  ['{"a":1,"a":1}', [['a']]],
  ['{"a":1,"b":2,"a":3,"a":4}', [['a'], ['a']]],
  ['{"a":1,"\\u0061":2}', [['a']]],
  ['{"":1,"":2}', [['']]],
  ['{"__proto__":1,"__proto__":2}', [['__proto__']]],
  ['{"x":"{\\"a\\":1,\\"a\\":2}"}', []],
  ['{"x":"a,b","y":"},{","x":1}', [['x']]],
  ['{"ticket":{"id":"1","url":"u","id":"2"}}', [['ticket', 'id']]],
  ['{"l":[0,[1,{"k":true,"k":null}],{"z":1}]}', [['l', 1, 1, 'k']]],
  [' { "a" : [ ] , "b" : { } , "a" : "\\\\" } ', [['a']]],
])('in %s finds %j', (json, expected) => {
  expect(duplicateMembers(json)).toEqual(expected)
})

test('finds nothing in what JSON.stringify wrote', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      // fast-check's own text may repeat nothing either: it comes from an object
      expect(duplicateMembers(json)).toEqual([])
    }),
  )
})

test('finds a member that is repeated anywhere in an object', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), {
    minKeys: 1,
    noNullPrototype: true,
  })
  fc.assert(
    fc.property(object, fc.nat(), fc.jsonValue({ maxDepth: 2 }), (object, pick, value) => {
      const names = Object.keys(object)
      const name = names[pick % names.length] ?? ''
      const json = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`
      expect(duplicateMembers(json)).toEqual([[name]])
    }),
  )
})

test('reads a long string in one pass', () => {
  const text = '\\"x'.repeat(60_000)
  expect(duplicateMembers(`{"a":"${text}","a":"${text}"}`)).toEqual([['a']])
})
