import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'

/** A tenant that answers at once and checks nothing, in a process of its own: prints its port when it listens. */
const answers: Readonly<Record<string, () => unknown>> = {
  '/auth/v1/token': () => ({
    access_token: randomBytes(32).toString('hex'),
    token_type: 'Bearer',
    expires_in: 3_600,
  }),
  '/api/v1/search/users': () => ({
    list: [{ user: { id: '2mQg9IILyNefQ6oMTvolM4FjD01', email: 'owner@example.com' } }],
  }),
  '/api/v1/vaults': () => ({ vault: { id: randomBytes(13).toString('hex'), displayName: 'a vault' } }),
}

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(answers[request.url ?? '']?.() ?? {}))
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})
