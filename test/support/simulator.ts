import type { CredentialInput } from '../simulator/bindings.ts'
import type { SimulatedUser } from '../simulator/users.ts'
import { type SimulatorControl, simulatorControl } from './simulator-control.ts'
import { type Place, run } from './workerd.ts'

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
  ...place
}: {
  credentials: readonly CredentialInput[]
  users?: readonly SimulatedUser[]
} & Place): Promise<Simulator> {
  const bindings = {
    CREDENTIALS: JSON.stringify(credentials),
    ...(users && { USERS: JSON.stringify(users) }),
  }
  const { url, stop } = await run('simulator', bindings, place)
  return { url, control: simulatorControl(url), stop }
}
