import type { World } from '../world.ts'

// Crockford's base 32 in lower case: its order is ASCII's, so ids sort by time.
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10
const RANDOM_LENGTH = 13
const FORM = /^req_[0-9a-hjkmnp-tv-z]{10}([0-9a-f])[0-9a-hjkmnp-tv-z]{13}$/

/**
 * Where a request is stored: one of 16 parts of the ledger, named by a hexadecimal digit. The number is fixed, since
 * a key must always lead to the same part.
 */
export type Shard = string

/** All shards. */
export const SHARDS: readonly Shard[] = [...'0123456789abcdef']

/**
 * @param shard where the request is stored
 * @returns a new request id: `req_`, the time, the shard and 65 random bits; ids sort by the time they were made
 */
export function newRequestId(shard: Shard, { now, random }: Pick<World, 'now' | 'random'>): string {
  let time = ''
  for (let rest = now(); time.length < TIME_LENGTH; rest = Math.floor(rest / 32))
    time = DIGITS[rest % 32] + time
  const noise = Array.from(random(RANDOM_LENGTH), (byte) => DIGITS[byte % 32]).join('')
  return `req_${time}${shard}${noise}`
}

/** @returns where a request is stored, or undefined where the text is no request id */
export function shardOf(requestId: string): Shard | undefined {
  return FORM.exec(requestId)?.[1]
}
