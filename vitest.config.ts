import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// what a deployment's secrets would say; the tests in workerd bring their own tenant
const workerSettings = {
  CONDUCTORONE_CLIENT_ID: 'swift-otter-19384@acme.conductor.one/spc',
  API_KEYS: JSON.stringify({ runbook: 'runbook-key-0123456789-abcdefghijklmnop' }),
}

export default defineConfig({
  test: {
    // both Workers are bundled once, before any test
    globalSetup: ['./test/support/build.ts'],
    projects: [
      {
        // pure code, in milliseconds
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'] },
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
