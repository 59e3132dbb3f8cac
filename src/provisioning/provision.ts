import type { Call, Tenant } from '../conductorone/tenant.ts'
import type { Vault } from '../conductorone/wire.ts'
import type { Order } from './order.ts'
import type { FoundOwner, OwnerDirectory } from './owners.ts'
import { type Provenance, translate } from './translate.ts'

/** What provisioning needs of ConductorOne. */
export type Means = {
  readonly tenant: Pick<Tenant, 'connect' | 'createVault'>
  readonly directory: Pick<OwnerDirectory, 'find'>
}

/**
 * Makes the vault that was ordered: finds the owners, notes that the request is about to be sent, sends it.
 *
 * @param order what is to be made
 * @param provenance who asked, by which request
 * @param sending must have the note on disk when it resolves; nothing is sent before
 * @param call the deadline and the trace
 * @returns the vault as ConductorOne answered it
 * @throws {Problem} where the owners are at fault, or ConductorOneFailure where ConductorOne is; one of kind `lost` means that the vault may exist
 */
export async function provision(
  order: Order,
  provenance: Provenance,
  { tenant, directory }: Means,
  sending: (owners: readonly FoundOwner[]) => Promise<void>,
  call: Call,
): Promise<Vault> {
  const [owners] = await Promise.all([directory.find(order.owners, call), tenant.connect(call)])
  const request = translate(
    order,
    owners.map(({ id }) => id),
    provenance,
  )
  await sending(owners)
  return tenant.createVault(request, call)
}
