import type { Call } from '../../../src/conductorone/call.ts'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { ConductorOneFailure, type Failure } from '../../../src/conductorone/failure.ts'
import type { Vault } from '../../../src/conductorone/wire.ts'
import type { LostCreate } from '../../../src/settlement/proof.ts'
import type { Look } from '../../../src/settlement/search.ts'
import { NOON } from '../world.ts'

/** An id as ConductorOne's are; the same number makes the same one. */
export function ksuid(number: number): string {
  return `2kSuId${String(number).padStart(21, '0')}`
}

/** A create that was sent at noon and got no answer. */
export const LOST: LostCreate = {
  requestId: 'req_01k6fh2w4a7b3cq9v8e5d6f7g8h9',
  sent: { displayName: 'Payroll', groupAuthzVault: {} },
  provenance: 'Requested via runbook, request req_01k6fh2w4a7b3cq9v8e5d6f7g8h9',
  sentAt: NOON,
  deadline: NOON + 25_000,
}

/** The vault that it made. */
export function vaultOf(id: string, changes: Readonly<Record<string, unknown>> = {}): Vault {
  return {
    id,
    displayName: 'Payroll',
    description: `Wages\n\n${LOST.provenance}`,
    groupAuthzVault: {},
    magicVault: null,
    createdAt: new Date(NOON + 1_000).toISOString(),
    deletedAt: null,
    ...changes,
  }
}

/** The event of a vault. */
export function eventOf(id: string): unknown {
  return { api: { operation: 'VaultService/Create' }, resources: [{ uid: id }] }
}

/** A tenant with these pages of events and these vaults, and what it was asked. */
export function tenantWith(pages: readonly (readonly unknown[])[], vaults: readonly Vault[]) {
  const reads: string[] = []
  let listings = 0
  const tenant: Look['tenant'] = {
    async listEvents({ pageToken }) {
      listings++
      const page = Number(pageToken || '0')
      return { events: pages[page] ?? [], nextPageToken: page + 1 < pages.length ? String(page + 1) : '' }
    },
    async getVault(id) {
      reads.push(id)
      const vault = vaults.find((candidate) => candidate.id === id)
      if (!vault) throw failed({ kind: 'refused', upstream: { status: 404 } })
      return vault
    },
  }
  return { tenant, reads, listings: () => listings }
}

/** A failed call to ConductorOne. */
export function failed(failure: Failure): ConductorOneFailure {
  return new ConductorOneFailure(failure)
}

/** A look at such a tenant. */
export function lookAt(tenant: Look['tenant'], changes: Partial<Look> = {}): Look {
  const call: Call = { deadline: new Deadline(60_000, () => NOON) }
  const nobodys = async () => new Set<string>()
  return { lost: LOST, tenant, othersOf: nobodys, rejected: new Set(), earlierLooks: 0, call, ...changes }
}
