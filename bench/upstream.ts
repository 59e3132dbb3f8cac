import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'

/**
 * A tenant in a process of its own. It answers at once, or after as many milliseconds as it was told, checks nothing and
 * counts what it is asked; `startUpstream` starts and steers it.
 */
let delay = 0
let keys: object[] = []
let counts: Record<string, number> = {}

const answers: Readonly<Record<string, () => unknown>> = {
  '/auth/v1/token': () => ({
    access_token: randomBytes(32).toString('hex'),
    token_type: 'Bearer',
    expires_in: 3_600,
  }),
  '/auth/v1/jwks': () => ({ keys }),
  '/api/v1/search/users': () => ({
    list: [{ user: { id: '2mQg9IILyNefQ6oMTvolM4FjD01', email: 'owner@example.com' } }],
  }),
  '/api/v1/vaults': () => ({
    vault: {
      id: randomBytes(13).toString('hex'),
      displayName: 'a vault',
      description: 'Requested via runbook, request req_01k9z3x8w4a0123456789abcd',
      groupAuthzVault: {},
      magicVault: null,
      credentialExpirationDuration: null,
      createdAt: '2026-10-01T12:00:00Z',
      updatedAt: '2026-10-01T12:00:00Z',
      deletedAt: null,
    },
  }),
}

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const path = request.url ?? ''
    counts[path] = (counts[path] ?? 0) + 1
    const answer = () => {
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(answers[path]?.() ?? {}))
    }
    if (delay === 0) answer()
    else setTimeout(answer, delay)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})

type Order = { readonly delay: number } | { readonly key: object } | { readonly count: true }

process.on('message', (order: Order) => {
  process.send?.(counts)
  if ('delay' in order) delay = order.delay
  else if ('key' in order) keys = [order.key]
  else counts = {}
})
