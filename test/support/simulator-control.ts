import type { Settings } from '../simulator/control.ts'
import type { QueuedFault } from '../simulator/fault-queue.ts'
import type { FaultInput, FaultPreset, When } from '../simulator/faults.ts'
import type { JournalEntry } from '../simulator/journal.ts'
import type { Step } from '../simulator/step.ts'
import type { LogEntry } from '../simulator/system-log.ts'
import type { PlantedEvents, SystemLogChanges } from '../simulator/system-log-control.ts'
import type { SimulatedUser } from '../simulator/users.ts'
import type { OwnedVault } from '../simulator/vaults.ts'
import { type WebhookDeliveries, webhookDeliveries } from './webhook-deliveries.ts'

/** The simulator's control API, for tests. */
export interface SimulatorControl {
  journal(): Promise<JournalEntry[]>
  clearJournal(): Promise<void>
  vaults(): Promise<OwnedVault[]>
  users(): Promise<SimulatedUser[]>
  replaceUsers(users: readonly SimulatedUser[]): Promise<void>
  /** Asks for a fault; `when` overrides that of the fault, `match` is part of the raw body or the path. */
  fault(
    step: Step,
    fault: FaultInput | FaultPreset,
    options?: { match?: string; times?: number; when?: When },
  ): Promise<void>
  faults(): Promise<QueuedFault[]>
  clearFaults(): Promise<void>
  /** Every token that was ever issued. */
  tokens(): Promise<string[]>
  settings(settings: Settings): Promise<void>
  revoke(): Promise<void>
  reset(): Promise<void>
  /** The system log: its events, how well it works, and events that a test makes up. */
  systemLog(): Promise<LogEntry[]>
  setSystemLog(changes: SystemLogChanges): Promise<void>
  plantEvents(events: PlantedEvents): Promise<void>
  /** The webhooks that the tenant itself sends. */
  readonly webhooks: WebhookDeliveries
}

/**
 * Speaks the control API of a running simulator, however it was started.
 *
 * @param simulator where it is
 * @returns its controls
 */
export function simulatorControl(simulator: URL): SimulatorControl {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(`/_simulator${path}`, simulator), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} /_simulator${path}: ${await response.text()}`)
    return response.json()
  }
  async function order(method: string, path: string, body?: unknown): Promise<void> {
    await call(method, path, body)
  }
  // The casts: both ends of the control API are this project's, and share these types.
  return {
    journal: async () => (await call('GET', '/journal')) as JournalEntry[],
    clearJournal: () => order('DELETE', '/journal'),
    vaults: async () => (await call('GET', '/vaults')) as OwnedVault[],
    users: async () => (await call('GET', '/users')) as SimulatedUser[],
    replaceUsers: (users) => order('PUT', '/users', users),
    fault: (step, fault, options) => order('POST', '/faults', { step, fault, ...options }),
    faults: async () => (await call('GET', '/faults')) as QueuedFault[],
    clearFaults: () => order('DELETE', '/faults'),
    tokens: async () => (await call('GET', '/tokens')) as string[],
    settings: (settings) => order('PUT', '/settings', settings),
    revoke: () => order('POST', '/revoke'),
    reset: () => order('DELETE', ''),
    systemLog: async () => (await call('GET', '/system-log')) as LogEntry[],
    setSystemLog: (changes) => order('PUT', '/system-log', changes),
    plantEvents: (events) => order('POST', '/system-log/events', events),
    webhooks: webhookDeliveries(call),
  }
}
