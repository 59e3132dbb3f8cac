import type { Call } from '../conductorone/call.ts'
import type { Tenant } from '../conductorone/tenant.ts'
import type { Vault } from '../conductorone/wire.ts'
import type { Policy } from '../config/policy.ts'
import type { Order } from './order.ts'
import type { FoundOwner, OwnerDirectory } from './owners.ts'
import { checkOwnerCount } from './policy.ts'
import { type Provenance, translate } from './translate.ts'

/** What a vault is made from and with. */
export type Provisioning = {
  readonly order: Order
  /** who asked, by which request */
  readonly provenance: Provenance
  readonly tenant: Pick<Tenant, 'connect' | 'createVault'>
  readonly directory: Pick<OwnerDirectory, 'find'>
  readonly policy: Pick<Policy, 'minOwners'>
  /** records that the create is about to be sent; nothing is sent if it throws */
  readonly beforeSend: (owners: readonly FoundOwner[]) => void
  /** records that ConductorOne created nothing, and that the create is sent again after a wait */
  readonly beforeWait: () => void
  /** the deadline and the trace */
  readonly call: Call
}

/**
 * Makes the vault that was ordered: finds the owners, records that the create is about to be sent, sends it.
 *
 * @returns the vault as ConductorOne answered it
 * @throws {Problem} if the owners are at fault
 * @throws {ConductorOneFailure} if ConductorOne is; one of kind `lost` means that the vault may exist
 */
export async function provision(provisioning: Provisioning): Promise<Vault> {
  const { order, provenance, tenant, directory, policy, beforeSend, beforeWait, call } = provisioning
  const [owners] = await Promise.all([directory.find(order.owners, call), tenant.connect(call)])
  checkOwnerCount(owners, policy)
  const ids = owners.map(({ id }) => id)
  const named = { ...call, request: provenance.id }
  const record = { beforeSend: () => beforeSend(owners), beforeWait }
  return tenant.createVault(translate(order, ids, provenance), named, record)
}
