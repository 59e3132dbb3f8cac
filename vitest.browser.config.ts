import { defineConfig } from 'vitest/config'

/** The pages in a real Chromium, against the real build. Apart from the other tests, as not every machine has one. */
export default defineConfig({
  test: {
    globalSetup: ['./test/support/build.ts'],
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
