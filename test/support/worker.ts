import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { bundledWorker } from './bundle.ts'
import type { NewCredential } from './credential.ts'

/** A running Worker: the real build in workerd, on a port of its own. */
export interface RunningWorker {
  readonly url: URL
  /** every line that it has logged so far */
  readonly logs: string[]
  readonly miniflare: Miniflare
  /** the admin's way in: a request with the key of `caller`, JSON in and out */
  stop(): Promise<void>
}

/** The callers that tests use, with keys that are long enough. */
export const KEYS = {
  runbook: 'runbook-key-0123456789-abcdefghijklmnop',
  other: 'other-key-0123456789-abcdefghijklmnopqr',
  operator: 'operator-key-0123456789-abcdefghijklmno',
} as const

/** The configuration that tests start from. */
export function settings(credential: NewCredential, baseUrl: URL): Record<string, unknown> {
  return {
    CONDUCTORONE_CLIENT_ID: credential.clientId,
    CONDUCTORONE_CLIENT_SECRET: credential.clientSecret,
    CONDUCTORONE_BASE_URL: baseUrl.origin,
    API_KEYS: JSON.stringify({
      runbook: KEYS.runbook,
      other: { key: KEYS.other, scopes: ['create', 'read'] },
      operator: { key: KEYS.operator, scopes: ['create', 'read', 'operate'] },
    }),
  }
}

/**
 * Starts the Worker in workerd with the bindings of `wrangler.toml`.
 *
 * @param bindings settings on top of those of `wrangler.toml`
 * @param options where KV, the ledger and the Workflows are kept, if they are to outlive this process; a port
 */
export async function startWorker(
  bindings: Record<string, unknown>,
  { persist, port = 0 }: { persist?: string; port?: number } = {},
): Promise<RunningWorker> {
  const config = fileURLToPath(new URL('../../wrangler.toml', import.meta.url).href)
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config)
  const logs: string[] = []
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      handleStructuredLogs: ({ message }) => logs.push(message),
      workers: [
        {
          ...workerOptions,
          name: 'conductorone-vaults',
          modules: [{ type: 'ESModule', path: 'index.js', contents: await bundledWorker(config) }],
          bindings: { ...workerOptions.bindings, ...bindings },
        },
      ],
    }),
    ...(persist && { resourcePersistencePath: persist }),
  })
  const url = await miniflare.ready
  return { url, logs, miniflare, stop: () => miniflare.dispose() }
}
