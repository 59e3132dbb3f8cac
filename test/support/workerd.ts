import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, type Request, type Response } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { bundled, configs } from './bundle.ts'
import { inPlay } from './in-play.ts'
import { expectNoRemains } from './remains.ts'

/** A Worker that runs in workerd, on a port of its own. */
export interface Running {
  readonly url: URL
  /** every line that it has logged so far */
  readonly logs: string[]
  readonly miniflare: Miniflare
  stop(): Promise<void>
}

/** Where a Worker listens and keeps its state; by default anywhere, and in a folder that goes when it stops. */
export interface Place {
  readonly port?: number
  /** a folder for KV, Durable Objects and Workflows that are to outlive the process */
  readonly persist?: string
  /** whether the rate limit of its `wrangler.toml` is bound, which most tests would run into */
  readonly limited?: boolean
  /** answers what the Worker sends out, in the place of the network */
  readonly outbound?: (request: Request) => Promise<Response>
  /** is told every line that the Worker logs, as soon as it does */
  readonly hear?: (line: string) => void
}

const read = new Map<keyof typeof configs, ReturnType<typeof readOptions>>()

function readOptions(name: keyof typeof configs) {
  return unstable_getMiniflareWorkerOptions(configs[name]).workerOptions
}

/** Reads a `wrangler.toml` once a process, as tests start dozens of Workers. */
function optionsOf(name: keyof typeof configs): ReturnType<typeof readOptions> {
  const options = read.get(name) ?? readOptions(name)
  read.set(name, options)
  return options
}

/**
 * Runs the real build of one of the two Workers with the bindings of its `wrangler.toml`.
 *
 * @param name which
 * @param bindings settings and secrets on top of those in its `wrangler.toml`
 */
export async function run(
  name: keyof typeof configs,
  bindings: Readonly<Record<string, string>>,
  { port = 0, persist, limited = false, outbound, hear }: Place = {},
): Promise<Running> {
  process.env.WRANGLER_LOG ??= 'error'
  const workerOptions = optionsOf(name)
  const logs: string[] = []
  const options = convertV4MiniflareOptions({
    host: '127.0.0.1',
    port,
    handleStructuredLogs: ({ message }) => {
      logs.push(message)
      hear?.(message)
    },
    workers: [
      {
        ...(limited ? workerOptions : { ...workerOptions, ratelimits: {} }),
        ...(outbound && {
          outboundService: (request: Request) => {
            inPlay(request.headers)
            return outbound(request)
          },
        }),
        name,
        modules: [{ type: 'ESModule', path: 'index.js', contents: await bundled(name) }],
        // wrangler's type says less of it than it gives
        bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings },
      },
    ],
  })
  const folder = persist ?? (await mkdtemp(join(tmpdir(), 'vaults-')))
  const miniflare = new Miniflare({ ...options, resourcePersistencePath: folder })
  const end = async () => {
    await miniflare.dispose()
    try {
      // the tenant has every right to keep what it issued
      if (name === 'worker') await expectNoRemains(folder, logs, bindings)
    } finally {
      if (persist === undefined) await rm(folder, { recursive: true, force: true })
    }
  }
  let ended: Promise<void> | undefined
  const stop = () => {
    ended ??= end()
    return ended
  }
  return { url: await miniflare.ready, logs, miniflare, stop }
}
