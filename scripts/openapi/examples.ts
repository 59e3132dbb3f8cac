import type * as z from 'zod/mini'
import type { Vault } from '../../src/conductorone/wire.ts'
import { Policy } from '../../src/config/policy.ts'
import type { RequestDetails, RequestRecord } from '../../src/ledger/entry.ts'
import type { RegisteredVault } from '../../src/ledger/register.ts'
import { Problem } from '../../src/problem/problem.ts'
import { nextStep } from '../../src/provisioning/next-step.ts'
import { orderOf } from '../../src/provisioning/order.ts'
import { ProvisioningRequest } from '../../src/provisioning/request.ts'
import { translate } from '../../src/provisioning/translate.ts'
import { problemExample } from './problem-examples.ts'

type Request = z.input<typeof ProvisioningRequest>

const ticket = { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' }

/** A vault for a group, with all that a ticket says. */
export const groupRequest = {
  name: 'Payroll break-glass',
  description: 'Emergency access to payroll.',
  owners: ['owner@example.com'],
  credentialTtl: '30d',
  ticket,
  requestedBy: 'jane@example.com',
} satisfies Request

/** The same with a callback, which takes a host that the policy allows. */
export const callbackRequest = {
  ...groupRequest,
  callbackUrl: 'https://hooks.example.com/vaults',
} satisfies Request

/** A link that may be opened once. */
export const linkRequest = {
  name: 'Deploy token 2417',
  kind: 'magic_link',
  maxViews: 1,
  owners: ['owner@example.com'],
} satisfies Request

const ID = 'req_01m83setgvfryzrhs4470v10'
const OWNER = { input: 'owner@example.com', id: '2mQg9IILyNefQ6oMTvolM4FjD01' }

/** What a request would send. */
function translated(request: Request) {
  const order = orderOf(
    ProvisioningRequest.parse(request),
    Policy.parse({ allowedCallbackHosts: ['hooks.example.com'] }),
  )
  return translate(order, [OWNER.id], { id: ID, caller: 'runbook', approvedBy: null })
}

/** The answer to a rehearsal. */
export const dryRun = {
  dryRun: true,
  vaultServiceCreateRequest: translated(groupRequest),
  owners: [OWNER],
}

/** A vault as ConductorOne has it. */
export const vault: Vault = {
  id: '2mQg9IILyNefQ6oMTvolM4FjV01',
  displayName: groupRequest.name,
  description: translated(groupRequest).description,
  groupAuthzVault: {},
  magicVault: null,
  credentialExpirationDuration: '2592000s',
  createdAt: '2026-10-23T09:30:01Z',
  updatedAt: '2026-10-23T09:30:02Z',
  deletedAt: null,
}

const asked = {
  id: ID,
  caller: 'runbook',
  source: 'api',
  name: groupRequest.name,
  ticket,
  requestedBy: groupRequest.requestedBy,
  approvedBy: null,
  preset: null,
  warnings: [],
  attempt: 1,
  nextAttemptAt: null,
  settledBy: null,
  createdAt: '2026-10-23T09:30:00.000Z',
}

/** A request that has made its vault. */
export const created: RequestRecord = {
  ...asked,
  status: 'created',
  owners: [OWNER],
  vault,
  problem: null,
  updatedAt: '2026-10-23T09:30:02.000Z',
}

/** A request that runs in the background. */
export const accepted: RequestRecord = {
  ...asked,
  status: 'accepted',
  owners: [{ input: OWNER.input, id: null }],
  vault: null,
  problem: null,
  updatedAt: asked.createdAt,
}

/** What comes after a vault. */
export const next = nextStep({ credentials: { host: 'acme.conductor.one' } })

/** The vault as the register has it. */
export const registered: RegisteredVault = {
  id: vault.id,
  name: groupRequest.name,
  owners: [OWNER],
  ticket,
  requestedBy: groupRequest.requestedBy,
  approvedBy: null,
  source: 'api',
  caller: 'runbook',
  preset: null,
  credentialTtl: '2592000s',
  createdAt: '2026-10-23T09:30:01.000Z',
  settledBy: null,
  forced: false,
  request: ID,
}

/** The attempt that made the vault. */
const attempt: RequestDetails['attempts'][number] = {
  number: 1,
  startedAt: '2026-10-23T09:30:00.000Z',
  endedAt: '2026-10-23T09:30:02.000Z',
  outcome: 'created',
  upstreamStatus: null,
  problem: null,
  nextAttemptAt: null,
}

/** The request with its details. */
export const details: RequestDetails = {
  ...created,
  description: groupRequest.description,
  kind: 'group',
  maxViews: null,
  credentialTtl: '2592000s',
  attempts: [attempt],
  told: [{ to: 'hooks.acme.example', at: '2026-10-23T09:30:03.000Z', error: null }],
}

/** A request whose outcome is unknown. */
export const unknown: RequestRecord = {
  ...asked,
  status: 'unknown',
  owners: [OWNER],
  vault: null,
  problem: problemExample('outcome-unknown'),
  nextAttemptAt: '2026-10-23T09:31:00.000Z',
  updatedAt: '2026-10-23T09:30:25.000Z',
}

/** A request that was settled as not created. */
export const settled: RequestRecord = {
  ...unknown,
  status: 'failed',
  problem: new Problem(
    'conductorone-unavailable',
    'operator says that no vault was created, after looking in ConductorOne. The same key may be used again.',
    { retryAfter: 1 },
  ).document(ID),
  warnings: ['Its outcome was unknown until operator settled it.'],
  nextAttemptAt: null,
  settledBy: 'operator',
  updatedAt: '2026-10-23T11:02:40.000Z',
}

/** What a delivery of GitHub asked for. */
export const delivered: RequestRecord = {
  ...accepted,
  caller: 'github',
  source: 'github',
  ticket: { id: 'acme/infrastructure#42', url: 'https://github.com/acme/infrastructure/issues/42' },
  requestedBy: 'octocat on GitHub',
  approvedBy: 'hubot on GitHub',
}
