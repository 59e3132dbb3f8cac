import { randomBytes } from 'node:crypto'
import { bundle } from '../test/support/bundle.ts'
import type { NewCredential } from '../test/support/credential.ts'
import { newCredential, type Simulator, startSimulator } from '../test/support/simulator.ts'
import { type Running, run } from '../test/support/workerd.ts'

/** The Worker and a simulated tenant, configured for each other. */
export type Stack = {
  readonly worker: Running
  readonly simulator: Simulator
  /** what the tenant knows the Worker by */
  readonly credential: Pick<NewCredential, 'clientId' | 'clientSecret'>
  /** the API key of the caller `runbook`, made anew each time */
  readonly key: string
  stop(): Promise<void>
}

/**
 * Builds both Workers as a deploy would and starts them on this machine, with a credential and a key of their own.
 *
 * @param tell is told each step when it begins
 * @param ports their ports; any free ones by default
 */
export async function startStack(
  tell: (step: string) => void,
  ports: { worker?: number; simulator?: number } = {},
): Promise<Stack> {
  tell('Building the Worker and a simulated ConductorOne tenant')
  await Promise.all([bundle('worker'), bundle('simulator')])
  tell('Starting both')
  const key = randomBytes(24).toString('base64url')
  const credential = await newCredential('127.0.0.1')
  const simulator = await startSimulator({
    credentials: [credential.credential],
    port: ports.simulator ?? 0,
  })
  const settings = {
    CONDUCTORONE_CLIENT_ID: credential.clientId,
    CONDUCTORONE_CLIENT_SECRET: credential.clientSecret,
    CONDUCTORONE_BASE_URL: simulator.url.origin,
    API_KEYS: JSON.stringify({ runbook: { key, scopes: ['create', 'read', 'operate'] } }),
  }
  const worker = await run('worker', settings, { port: ports.worker ?? 0 })
  const stop = async () => {
    await Promise.all([worker.stop(), simulator.stop()])
  }
  return { worker, simulator, credential, key, stop }
}
