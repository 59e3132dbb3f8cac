import type { FaultInput, FaultPreset, When } from '../simulator/faults.ts'
import type { Stage } from './stage.ts'

/** The calls of one request, in their order. */
export const STEPS = ['token', 'search', 'create', 'update'] as const

/** One of them. */
export type TroubledStep = (typeof STEPS)[number]

const PATHS: Readonly<Record<TroubledStep, RegExp>> = {
  token: /^\/auth\/v1\/token$/,
  search: /^\/api\/v1\/search\/users$/,
  create: /^\/api\/v1\/vaults$/,
  update: /^\/api\/v1\/vaults\/./,
}

/** Longer than the first try may take, and for a create longer than there is time. */
const LATE: Readonly<Record<TroubledStep, number>> = {
  token: 10_500,
  search: 10_500,
  update: 10_500,
  create: 26_500,
}

const LONG_PAUSE = {
  kind: 'answer',
  status: 429,
  headers: { 'content-type': 'application/json', 'retry-after': '90' },
  body: '{"code":8,"message":"rate limit exceeded","details":[]}',
} as const

type Strike = (stage: Stage, step: TroubledStep, match: string | undefined) => Promise<void> | void

function simulated(fault: FaultInput | FaultPreset, when?: When): Strike {
  return ({ simulator }, step, match) =>
    simulator.control.fault(step, fault, { ...(match && { match }), ...(when && { when }) })
}

function cut(when: 'before' | 'after'): Strike {
  return ({ wire }, step, match) => wire.cut(when, { path: PATHS[step], ...(match && { body: match }) })
}

/** Everything that can go wrong with one call: what each kind does to the next call that matches. */
export const TROUBLES = {
  slow: simulated({ kind: 'delay', ms: 700 }),
  late: ({ simulator }, step, match) =>
    simulator.control.fault(step, { kind: 'delay', ms: LATE[step] }, match ? { match } : {}),
  'cut before it arrives': cut('before'),
  'cut after it arrived': cut('after'),
  '400': simulated('bad-request'),
  '401': simulated('unauthorized'),
  '403': simulated('forbidden'),
  '408 before': simulated('request-timeout', 'before'),
  '408 after': simulated('request-timeout', 'after'),
  '429 with a time': simulated('throttled'),
  '429 without': simulated('throttled-silent'),
  '429 for long': simulated(LONG_PAUSE),
  '499 before': simulated('client-closed', 'before'),
  '499 after': simulated('client-closed', 'after'),
  '500 before': simulated('internal', 'before'),
  '500 after': simulated('internal', 'after'),
  '502 with a page': simulated('bad-gateway-html', 'after'),
  '503': simulated('unavailable', 'before'),
  '504 after': simulated('gateway-timeout', 'after'),
  '200 with a page before': simulated('html', 'before'),
  '200 with a page after': simulated('html', 'after'),
  '200 cut short': simulated('truncate'),
  '200 without a body': simulated('empty-200'),
  '200 without an id': simulated('no-id'),
  '200 without an end': simulated('endless'),
  redirect: simulated('redirect', 'after'),
} as const satisfies Record<string, Strike>

/** The name of a kind of trouble. */
export type Trouble = keyof typeof TROUBLES

/** Their names. */
export const KINDS = Object.keys(TROUBLES) as Trouble[] // Object.keys forgets that its names are known

/**
 * How many calls of each step were struck by anything, from what the tenant and the wire saw.
 *
 * @param stage where the troubles were
 * @returns the number of different kinds, for each step
 */
export async function kindsThatStruck({ simulator, wire }: Stage): Promise<Record<TroubledStep, number>> {
  const struck = Object.fromEntries(STEPS.map((step) => [step, new Set<string>()]))
  for (const { step, fault, status } of await simulator.control.journal())
    if (fault) struck[step]?.add(`${fault} ${status}`)
  for (const { cut, path } of wire.calls)
    for (const step of STEPS) if (cut && PATHS[step].test(path)) struck[step]?.add(`cut ${cut}`)
  const count = (step: TroubledStep) => struck[step]?.size ?? 0
  return { token: count('token'), search: count('search'), create: count('create'), update: count('update') }
}
