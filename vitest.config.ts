import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// what a deployment's settings would say; the tests in workerd bring their own tenant
const workerSettings = {
  CONDUCTORONE_CLIENT_ID: 'swift-otter-19384@acme.conductor.one/spc',
  CONDUCTORONE_CLIENT_SECRET: `secret-token:conductorone.com:v1:${Buffer.from(
    // RFC 8037, appendix A.1
    JSON.stringify({
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    }),
  ).toString('base64url')}`,
  API_KEYS: JSON.stringify({ runbook: 'runbook-key-0123456789-abcdefghijklmnop' }),
  CALLBACK_SECRET: `whsec_${'QUJD'.repeat(8)}`,
  POLICY: { allowedCallbackHosts: ['hooks.example.com'] },
}

export default defineConfig({
  test: {
    // both Workers are bundled once, before any test
    globalSetup: ['./test/support/build.ts'],
    projects: [
      {
        // pure code, in milliseconds
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['./test/support/seed.ts'],
          // only a test that hangs takes this long, also on a machine with other work
          testTimeout: 60_000,
        },
      },
      {
        // bindings, the Durable Object and the Workflow, inside workerd
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: workerSettings },
          }),
        ],
        test: { name: 'worker', include: ['test/worker/**/*.test.ts'] },
      },
      {
        // the real build over real HTTP, against the simulator
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/simulator/*.test.ts', 'test/support/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
