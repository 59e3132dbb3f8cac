import { API_KEY, OPERATOR_KEY } from './contenders.ts'
import type { Shot } from './load.ts'

/** How the vault's owner is given. */
export const OWNERS = {
  'user id': '2mQg9IILyNefQ6oMTvolM4FjD01',
  'e-mail address': 'owner@example.com',
} as const
export type Owner = keyof typeof OWNERS

let made = 0

/** @returns a create under a key of its own, as one caller would send it; the same for every Worker */
export function keyedCreate(owner: Owner): Shot {
  return {
    path: '/v1/vaults',
    headers: {
      Authorization: `Bearer ${API_KEY}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': `bench-${process.pid}-${++made}`,
    },
    body: JSON.stringify({ name: 'Payroll break-glass', owners: [OWNERS[owner]] }),
    expect: [200, 201],
  }
}

/** @returns a request for the newest 50 of the same caller's requests */
export function listRequests(): Shot {
  return {
    method: 'GET',
    path: '/v1/requests?limit=50',
    headers: { Authorization: `Bearer ${API_KEY}` },
    expect: [200],
  }
}

/** Makes a request for what only an operator may read: everyone's requests and vaults. */
export function operatorReads(path: string, accept = 'application/json'): Shot {
  return {
    method: 'GET',
    path,
    headers: { Authorization: `Bearer ${OPERATOR_KEY}`, Accept: accept },
    expect: [200],
  }
}
