import type { ConductorOneFailure, Failure } from '../../src/conductorone/failure.ts'
import { ClientId, ClientSecret, type Credentials } from '../../src/config/credentials.ts'
import { Policy } from '../../src/config/policy.ts'
import { type Claim, claimOf } from '../../src/ledger/claim.ts'
import { beginAttempt } from '../../src/ledger/decide.ts'
import type { Entry } from '../../src/ledger/entry.ts'
import { newRequestId } from '../../src/ledger/request-id.ts'
import { identityOf } from '../../src/ledger/sameness.ts'
import type { ProblemCode } from '../../src/problem/catalog.ts'
import { Problem, type ProblemDocument } from '../../src/problem/problem.ts'
import { nextStep } from '../../src/provisioning/next-step.ts'
import { type Order, orderOf } from '../../src/provisioning/order.ts'
import { ProvisioningRequest } from '../../src/provisioning/request.ts'
import { NOON, TestWorld } from './world.ts'

/** The key pair of RFC 8037, appendix A.1. */
export const JWK = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
}

export const CLIENT_ID = 'swift-otter-19384@acme.conductor.one/spc'
export const CLIENT_SECRET = secretOf(JWK)
/** What is told of what comes after a vault. */
export const NEXT = nextStep({ credentials: { host: 'acme.conductor.one' } })
export const USER_ID = '2abcdefghijklmnopqrstuvwxyz'

/** A client secret as ConductorOne shows it, around any value in the place of the key. */
export function secretOf(jwk: unknown): string {
  return `secret-token:conductorone.com:v1:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`
}

export function credentialsOf(clientId = CLIENT_ID, clientSecret = CLIENT_SECRET): Credentials {
  return { ...ClientId.parse(clientId), ...ClientSecret.parse(clientSecret) }
}

/** A request that is valid, with some fields different. */
export function requestOf(fields: Readonly<Record<string, unknown>> = {}): ProvisioningRequest {
  return ProvisioningRequest.parse({ name: 'Payroll', owners: ['owner@example.com'], ...fields })
}

/** An order for such a request, where the deployment allows all that these tests ask for. */
export function orderFor(fields: Readonly<Record<string, unknown>> = {}): Order {
  const allowedCallbackHosts = ['hooks.example.com']
  return orderOf(requestOf(fields), Policy.parse({ allowedCallbackHosts, allowUnauthenticatedViews: true }))
}

/** A request just claimed, with some fields of the entry different. */
export async function entryOf(
  fields: Readonly<Record<string, unknown>> = {},
  changes: Partial<Entry> = {},
  background = false,
): Promise<Entry> {
  const order = orderFor(fields)
  const { claim } = await claimOf({
    requestId: newRequestId(new TestWorld()),
    claimant: { source: 'api', caller: 'runbook' },
    content: requestOf(fields),
    order,
    identity: identityOf(order, 'key-1'),
    background,
    tell: null,
  })
  return { ...beginAttempt(claim, undefined, NOON), ...changes }
}

/** The claim that an entry came from, with some of it different. */
export function claimLike(entry: Entry, changes: Partial<Claim> = {}): Claim {
  return { ...entry, isTransferable: false, background: false, warnings: [], ...changes }
}

export const vault = { id: 'vault-1', displayName: 'Payroll' }

export function problemDocument(code: ProblemCode, detail = 'Something.'): ProblemDocument {
  return new Problem(code, detail).document('req_1')
}

/** What a promise rejects with; a promise that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the promise resolved')
}

/** The failure that a promise rejects with. */
export async function failureFrom(promise: Promise<unknown>): Promise<Failure> {
  const error = await rejection(promise)
  // compared by shape: a test that gets something else fails on it
  return (error as ConductorOneFailure).failure
}
