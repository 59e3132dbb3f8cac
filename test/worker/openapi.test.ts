import { expect, test } from 'vitest'
import openapi from '../../public/openapi.json' with { type: 'json' }
import { app } from '../../src/app.ts'

test('every route of the app is described, and nothing else', () => {
  // middleware is routed for all methods
  const routed = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const described = Object.entries(openapi.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.length).toBeGreaterThan(10)
  expect(described.toSorted()).toEqual([...new Set(routed)].toSorted())
})
