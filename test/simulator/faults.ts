import * as z from 'zod'

const when = z.enum(['before', 'after'])

/** What can go wrong on request. `before`: instead of the work; `after`: the work is done, then this is answered. */
export const fault = z.discriminatedUnion('kind', [
  /** Holds the request, then goes on. */
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0) }),
  z.strictObject({
    kind: z.literal('answer'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).exactOptional(),
    body: z.string().exactOptional(),
    when: when.default('before'),
  }),
  /** 200 with the web app's page. */
  z.strictObject({ kind: z.literal('html'), when: when.default('before') }),
  z.strictObject({
    kind: z.literal('redirect'),
    location: z.string(),
    status: z.int().min(300).max(399).default(307),
    when: when.default('before'),
  }),
  /** The work is done, the 200 ends in the middle of its JSON. */
  z.strictObject({ kind: z.literal('truncate') }),
  /** The work is done, the answer has fields and enum values nobody has heard of. */
  z.strictObject({ kind: z.literal('extra') }),
  /** The work is done, the answer lacks every `id`. */
  z.strictObject({ kind: z.literal('no-id') }),
  /** The work is done, the answer is good but for one field more, of so many characters. */
  z.strictObject({ kind: z.literal('huge'), characters: z.int().min(1) }),
  /** The connection breaks while the answer is on its way. */
  z.strictObject({ kind: z.literal('cut'), when: when.default('after') }),
  /** Nothing is answered for so long, then the connection breaks. */
  z.strictObject({
    kind: z.literal('silent'),
    ms: z.int().min(1).default(600_000),
    when: when.default('after'),
  }),
  /** The work is done, the list of hits begins with one that has no user, as the published schema allows. */
  z.strictObject({ kind: z.literal('null-user') }),
  /** 200 with JSON that never ends. */
  z.strictObject({ kind: z.literal('endless'), when: when.default('after') }),
])

/** A fault as it is kept. */
export type Fault = z.output<typeof fault>

/** A fault as a test writes it. */
export type FaultInput = z.input<typeof fault>

/** A fault that is the whole answer, which a delay is not. */
export type Ending = Exclude<Fault, { kind: 'delay' }>

/** When a fault with a choice strikes. */
export type When = z.output<typeof when>

function status(httpStatus: number, code: number, message: string, headers: Record<string, string> = {}) {
  return {
    kind: 'answer',
    status: httpStatus,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ code, message, details: [] }),
    when: 'before',
  } as const
}

function page(httpStatus: number, title: string) {
  return {
    kind: 'answer',
    status: httpStatus,
    headers: { 'content-type': 'text/html' },
    body: `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`,
    when: 'before',
  } as const
}

/** Faults under the names tests call them by; those with a `when` can be asked for `after` as well. */
export const FAULT_PRESETS = {
  'bad-request': status(400, 3, 'invalid argument'),
  unauthorized: status(401, 16, 'invalid or missing access token'),
  forbidden: status(403, 7, 'permission denied'),
  conflict: status(409, 6, 'already exists'),
  // An older grpc-gateway answers CANCELLED with 408, a newer one with 499.
  'request-timeout': status(408, 1, 'context canceled'),
  'client-closed': status(499, 1, 'context canceled'),
  throttled: status(429, 8, 'rate limit exceeded', { 'retry-after': '1' }),
  'throttled-silent': status(429, 8, 'rate limit exceeded'),
  'throttled-long': status(429, 8, 'rate limit exceeded', { 'retry-after': '120' }),
  internal: status(500, 2, 'internal error'),
  'bad-gateway-html': page(502, '502 Bad Gateway'),
  unavailable: status(503, 14, 'service unavailable', { 'retry-after': '1' }),
  'gateway-timeout': status(504, 4, 'deadline exceeded'),
  html: { kind: 'html', when: 'before' },
  redirect: { kind: 'redirect', location: '/', status: 307, when: 'before' },
  'empty-200': {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '',
    when: 'after',
  },
  truncate: { kind: 'truncate' },
  extra: { kind: 'extra' },
  'no-id': { kind: 'no-id' },
  huge: { kind: 'huge', characters: 4_000_000 },
  cut: { kind: 'cut', when: 'after' },
  silent: { kind: 'silent', ms: 600_000, when: 'after' },
  'null-user': { kind: 'null-user' },
  endless: { kind: 'endless', when: 'after' },
} as const satisfies Record<string, Fault>

/** The name of a preset. */
export type FaultPreset = keyof typeof FAULT_PRESETS

/** A preset's name, as a schema. */
export const faultPreset = z.enum(
  Object.keys(FAULT_PRESETS) as FaultPreset[], // Object.keys forgets that its names are known.
)
