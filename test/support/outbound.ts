import { convertV4MiniflareOptions, Miniflare, type Request, type Response } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { bundled, configs } from './bundle.ts'
import { apiAt, type VaultWorker } from './worker.ts'

/**
 * Starts the Worker's real build, with all that it sends out going to a function instead of the network.
 *
 * @param bindings as of `startWorker`
 * @param outbound answers what the Worker sends
 */
export async function startWorkerBehind(
  bindings: Readonly<Record<string, string>>,
  outbound: (request: Request) => Promise<Response>,
): Promise<VaultWorker> {
  process.env.WRANGLER_LOG ??= 'error'
  const { workerOptions } = unstable_getMiniflareWorkerOptions(configs.worker)
  const logs: string[] = []
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      handleStructuredLogs: ({ message }) => logs.push(message),
      workers: [
        {
          ...workerOptions,
          name: 'worker',
          modules: [{ type: 'ESModule', path: 'index.js', contents: await bundled('worker') }],
          outboundService: outbound,
          // wrangler's type says less of it than it gives
          bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings },
        },
      ],
    }),
  )
  const url = await miniflare.ready
  return { ...apiAt(url), url, logs, miniflare, stop: () => miniflare.dispose() }
}
