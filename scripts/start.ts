import { startStack } from './stack.ts'

const ports = {
  worker: Number(process.env.PORT ?? 8787),
  simulator: Number(process.env.SIMULATOR_PORT ?? 8788),
}
const { worker, simulator, credential, key, stop } = await startStack(ports).catch((error: unknown) => {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_ADDRESS_IN_USE')) throw error
  console.error(`Port ${ports.worker} or ${ports.simulator} is taken. PORT and SIMULATOR_PORT name others:

  PORT=9787 SIMULATOR_PORT=9788 npm start
`)
  return process.exit(1)
})

console.log(`The Worker listens at ${worker.url.origin}, and a simulated ConductorOne tenant at ${simulator.url.origin}.
Nothing is kept when they stop; Ctrl-C stops them.

In another terminal, in this folder, paste these lines:

  export VAULTS_URL=${worker.url.origin}
  export VAULTS_KEY=${key}
  export SIMULATOR_URL=${simulator.url.origin}

Make a vault; every other curl in README.md works too:

  curl "$VAULTS_URL/v1/vaults" \\
    -H "Authorization: Bearer $VAULTS_KEY" \\
    -H 'Content-Type: application/json' \\
    -d '{"name": "First vault", "owners": ["owner@example.com"], "ticket": {"id": "SEC-1"}}'

See what the tenant has, and what it was asked:

  curl "$SIMULATOR_URL/_simulator/vaults"
  curl "$SIMULATOR_URL/_simulator/journal"

Rehearse npm run setup and npm run dev with this tenant, in a terminal that you close before the real one:

  export CONDUCTORONE_BASE_URL=${simulator.url.origin}
  export CONDUCTORONE_CLIENT_ID=${credential.clientId}
  export CONDUCTORONE_CLIENT_SECRET=${credential.clientSecret}
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void stop().finally(() => process.exit(0))
  })
