import { say, stop as stopWith } from './deployment/output.ts'
import { readPorts, takenPort } from './ports.ts'
import { startStack } from './stack.ts'

const ports = readPorts(process.env)
if (typeof ports === 'string') stopWith(1, `${ports}\n`)
const taken = await takenPort(ports)
if (taken !== undefined) stopWith(1, `${taken}\n`)

const { worker, simulator, credential, key, stop } = await startStack((step) => say(`${step} …\n`), ports)

say(`
The Worker   ${worker.url.origin}
A tenant     ${simulator.url.origin}, simulated. Nothing is kept when both stop.

Pages, with VAULTS_KEY below to sign in:

  ${worker.url.origin}/console          requests and their outcome
  ${worker.url.origin}/console/vaults   vaults that were made
  ${worker.url.origin}/docs             the API, to try it

Paste these lines into another terminal, in this folder:

  export VAULTS_URL=${worker.url.origin}
  export VAULTS_KEY=${key}
  export SIMULATOR_URL=${simulator.url.origin}

Make a vault; every other curl in README.md and docs/api.md works too:

  curl "$VAULTS_URL/v1/vaults" \\
    -H "Authorization: Bearer $VAULTS_KEY" \\
    -H 'Content-Type: application/json' \\
    -d '{"name": "First vault", "ticket": {"id": "SEC-1"},
         "owners": ["owner@example.com"]}'

See what the tenant has, and what it was asked:

  curl "$SIMULATOR_URL/_simulator/vaults"
  curl "$SIMULATOR_URL/_simulator/journal"

Rehearse npm run setup with this tenant, in a terminal that you close before the real one:

  export CONDUCTORONE_BASE_URL=${simulator.url.origin}
  export CONDUCTORONE_CLIENT_ID=${credential.clientId}
  export CONDUCTORONE_CLIENT_SECRET=${credential.clientSecret}

Ctrl-C stops both.
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void stop().finally(() => process.exit(0))
  })
