import { startStack } from './stack.ts'

const request = {
  name: 'Payroll break-glass',
  owners: ['owner@example.com'],
  credentialTtl: '30d',
  ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
  requestedBy: 'jane@example.com',
}

const { worker, simulator, key, stop } = await startStack((step) => console.log(`${step} …`))

show('1. A ticket, a chat or a runbook sends', `POST ${new URL('/v1/vaults', worker.url)}`, request)
const response = await fetch(new URL('/v1/vaults', worker.url), {
  method: 'POST',
  headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
  body: JSON.stringify(request),
})
const answer: unknown = await response.json()

const journal = await simulator.control.journal()
const create = journal.find(({ step }) => step === 'create')
show('2. ConductorOne gets', 'POST /api/v1/vaults (VaultServiceCreateRequest)', create?.body)
show('3. and the answer is', `HTTP ${response.status}`, abridged(answer))
console.log('\nThe calls to ConductorOne, in order:')
for (const { method, path, status } of journal) console.log(`  ${method} ${path} → ${status}`)

await stop()
const made = response.status === 201 && create !== undefined
console.log(
  made ? '\nOne request, one vault.' : '\nThis did not work; please open an issue with the output above.',
)
process.exitCode = made ? 0 : 1

/** Leaves out what the record repeats. */
function abridged(answer: unknown): unknown {
  const { request, ...rest } = Object(answer)
  if (request === undefined) return answer
  const { id, status, owners } = request
  return { ...rest, request: { id, status, owners, '…': '…' } }
}

function show(title: string, line: string, body: unknown): void {
  console.log(`\n${title}\n\n  ${line}\n${JSON.stringify(body, null, 2).replaceAll(/^/gm, '  ')}`)
}
