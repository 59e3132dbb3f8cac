import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import type { CredentialInput } from '../simulator/bindings.ts'
import type { SimulatedUser } from '../simulator/users.ts'
import { bundledWorker } from './bundle.ts'
import { type SimulatorControl, simulatorControl } from './simulator-control.ts'

export { newCredential } from './credential.ts'

/** A running tenant. */
export interface Simulator {
  readonly url: URL
  readonly control: SimulatorControl
  stop(): Promise<void>
}

/**
 * Starts a ConductorOne tenant in workerd.
 *
 * @param options the credentials it knows, its users if not the default ones, and a port if not any
 * @returns where it is and how to control it
 */
export async function startSimulator({
  credentials,
  users,
  port = 0,
}: {
  credentials: readonly CredentialInput[]
  users?: readonly SimulatedUser[]
  port?: number
}): Promise<Simulator> {
  const config = fileURLToPath(new URL('../simulator/wrangler.toml', import.meta.url).href)
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config)
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      workers: [
        {
          ...workerOptions,
          name: 'conductorone-simulator',
          modules: [{ type: 'ESModule', path: 'index.js', contents: await bundledWorker(config) }],
          bindings: {
            CREDENTIALS: JSON.stringify(credentials),
            ...(users && { USERS: JSON.stringify(users) }),
          },
        },
      ],
    }),
  )
  const url = await miniflare.ready
  return { url, control: simulatorControl(url), stop: () => miniflare.dispose() }
}
