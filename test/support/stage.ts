import type { NewCredential } from './credential.ts'
import { newCredential, type Simulator, startSimulator } from './simulator.ts'
import { startWire, type Wire } from './wire.ts'
import { settings, startWorker, type VaultWorker } from './worker.ts'
import type { Place } from './workerd.ts'

/** A tenant, a wire to it that can be cut, and the Worker at the other end of the wire. */
export interface Stage {
  readonly credential: NewCredential
  readonly simulator: Simulator
  readonly wire: Wire
  readonly worker: VaultWorker
  /** Forgets faults and the journal. Tokens and vaults stay, or every test would begin with a revoked token. */
  clear(): Promise<void>
  /** What the tenant was asked so far, each with what it answered: `create 200`. */
  steps(): Promise<string[]>
  stop(): Promise<void>
}

/**
 * Starts all of it.
 *
 * @param changes settings of the Worker beside those of {@link settings}
 * @param place where the Worker keeps its state
 */
export async function startStage(changes: Record<string, string> = {}, place?: Place): Promise<Stage> {
  const credential = await newCredential('127.0.0.1')
  const simulator = await startSimulator({ credentials: [credential.credential] })
  const wire = await startWire(simulator.url)
  const worker = await startWorker({ ...settings(credential, wire.url), ...changes }, place)
  return {
    credential,
    simulator,
    wire,
    worker,
    async clear() {
      wire.mend()
      await simulator.control.clearFaults()
      await simulator.control.clearJournal()
    },
    async steps() {
      return (await simulator.control.journal()).map(({ step, status }) => `${step} ${status}`)
    },
    async stop() {
      try {
        await worker.stop()
      } finally {
        await wire.close()
        await simulator.stop()
      }
    },
  }
}

/** @returns the text with a number behind it that no other has: a vault's name, a key */
export function unique(text: string): string {
  return `${text} ${crypto.randomUUID().slice(0, 8)}`
}
