import type { World } from '../lib/world.ts'

// Crockford's base 32 in lower case: its order is ASCII's, so ids sort by time.
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10
const SHARD_INDEX = 'req_'.length + TIME_LENGTH
const RANDOM_LENGTH = 13
const REQUEST_ID = /^req_[0-9a-hjkmnp-tv-z]{10}([0-9a-f])[0-9a-hjkmnp-tv-z]{13}$/

/**
 * Where a request is stored: one of 16 parts of the ledger, named by a hexadecimal digit. The number is fixed, since
 * a key must always lead to the same part.
 */
export type Shard = string

/** All shards. */
export const SHARDS: readonly Shard[] = [...'0123456789abcdef']

/** Makes a request id: `req_`, the time, a shard at random and 65 random bits. Ids sort by the time they were made. */
export function newRequestId({ now, random }: Pick<World, 'now' | 'random'>): string {
  const noise = random(1 + RANDOM_LENGTH)
  let id = `req_${timeDigits(now())}`
  for (const byte of noise) id += DIGITS[byte % (id.length === SHARD_INDEX ? 16 : 32)]
  return id
}

/**
 * Makes the first id that a request of that time can have.
 *
 * @param time epoch milliseconds
 */
export function firstIdAt(time: number): string {
  return `req_${timeDigits(Math.max(0, time))}`
}

/** Says when a request came in, in epoch milliseconds. */
export function timeOf(requestId: string): number {
  const digits = requestId.slice('req_'.length, SHARD_INDEX)
  return Array.from(digits).reduce((time, digit) => time * 32 + DIGITS.indexOf(digit), 0)
}

/** Moves a new request's id into the shard that must decide on it. */
export function inShard(requestId: string, shard: Shard): string {
  return requestId.slice(0, SHARD_INDEX) + shard + requestId.slice(SHARD_INDEX + 1)
}

/** Says which shard stores a request; undefined if the text is not a request id. */
export function shardOf(requestId: string): Shard | undefined {
  return REQUEST_ID.exec(requestId)?.[1]
}

function timeDigits(time: number): string {
  let digits = ''
  for (let rest = time; digits.length < TIME_LENGTH; rest = Math.floor(rest / 32))
    digits = DIGITS[rest % 32] + digits
  return digits
}
