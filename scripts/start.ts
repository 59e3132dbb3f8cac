import { readPorts, takenPort } from './ports.ts'
import { startStack } from './stack.ts'

const ports = readPorts(process.env)
if (typeof ports === 'string') stopWith(ports)
const taken = await takenPort(ports)
if (taken !== undefined) stopWith(taken)

console.log('Building the Worker and a simulated ConductorOne tenant, and starting both …')
const { worker, simulator, credential, key, stop } = await startStack(ports)

console.log(`
The Worker      ${worker.url.origin}
A tenant        ${simulator.url.origin}, simulated; nothing is kept when both stop

Pages           ${worker.url.origin}/docs      the API, to try it
                ${worker.url.origin}/console   requests and their outcome
                Sign in there with the key below.

Paste these lines into another terminal, in this folder:

  export VAULTS_URL=${worker.url.origin}
  export VAULTS_KEY=${key}
  export SIMULATOR_URL=${simulator.url.origin}

Make a vault; every other curl in README.md and docs/api.md works too:

  curl "$VAULTS_URL/v1/vaults" \\
    -H "Authorization: Bearer $VAULTS_KEY" \\
    -H 'Content-Type: application/json' \\
    -d '{"name": "First vault", "owners": ["owner@example.com"], "ticket": {"id": "SEC-1"}}'

See what the tenant has, and what it was asked:

  curl "$SIMULATOR_URL/_simulator/vaults"
  curl "$SIMULATOR_URL/_simulator/journal"

Rehearse npm run setup with this tenant, in a terminal that you close before the
real one:

  export CONDUCTORONE_BASE_URL=${simulator.url.origin}
  export CONDUCTORONE_CLIENT_ID=${credential.clientId}
  export CONDUCTORONE_CLIENT_SECRET=${credential.clientSecret}

Ctrl-C stops both.
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void stop().finally(() => process.exit(0))
  })

function stopWith(line: string): never {
  console.error(line)
  return process.exit(1)
}
