import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// The settings of a deployment; the tests in workerd bring their own tenant.
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
  ALERT_WEBHOOK: 'https://hooks.example.com/alerts',
  CALLBACK_SECRET: `whsec_${'QUJD'.repeat(8)}`,
  POLICY: { allowedCallbackHosts: ['hooks.example.com'] },
}

/** Tests against the real build, started by the test itself; both Workers are bundled once before them. */
const realBuild = {
  globalSetup: ['./test/support/build.ts'],
  setupFiles: ['./test/support/trust.ts'],
  // Loading wrangler and miniflare costs more than most files, so the files of a process share them.
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
}

/** The rings of `test/README.md`. `npm test` runs the first three, `npm run test:full` the other two. */
export default defineConfig({
  test: {
    projects: [
      {
        // pure code, in milliseconds
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['./test/support/seed.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
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
        test: { name: 'worker', include: ['test/worker/**/*.test.ts'], testTimeout: 60_000, maxWorkers: 2 },
      },
      {
        // the real build over real HTTP, against the simulator; much of it waits, so more files than cores run at once
        test: {
          ...realBuild,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/simulator/*.test.ts', 'test/support/*.test.ts'],
        },
      },
      {
        // the same with long waits, kills and thousands of requests
        test: { ...realBuild, name: 'full', include: ['test/full/**/*.test.ts'], maxWorkers: 2 },
      },
      {
        // the pages in a real Chromium, against the real build
        test: { ...realBuild, name: 'browser', include: ['test/browser/**/*.test.ts'], maxWorkers: 2 },
      },
    ],
  },
})
