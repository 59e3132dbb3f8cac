import { startStack } from './stack.ts'

const { worker, simulator, key, stop } = await startStack({
  worker: Number(process.env.PORT ?? 8787),
  simulator: Number(process.env.SIMULATOR_PORT ?? 8788),
})

console.log(`The Worker listens at ${worker.url.origin}, and a simulated ConductorOne tenant at ${simulator.url.origin}.
Nothing is kept when they stop; Ctrl-C stops them.

Make a vault:

  curl ${worker.url.origin}/v1/vaults \\
    -H 'Authorization: Bearer ${key}' \\
    -H 'Content-Type: application/json' \\
    -d '{"name": "Payroll break-glass", "owners": ["owner@example.com"], "ticket": {"id": "SEC-42"}}'

See what the tenant has, and what it was asked:

  curl ${simulator.url.origin}/_simulator/vaults
  curl ${simulator.url.origin}/_simulator/journal
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void stop().finally(() => process.exit(0))
  })
