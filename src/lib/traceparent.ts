import { hex } from './encoding.ts'
import type { World } from './world.ts'

/** W3C Trace Context, section 3.2.2: version, trace id, parent id, flags. An id of zeros only is invalid. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Reads a caller's `traceparent`; undefined if there is none that can be passed on. */
export function readTraceparent(header: string | undefined): string | undefined {
  return header !== undefined && TRACEPARENT.test(header) ? header : undefined
}

/** Begins a trace: what we send if the caller sent none. */
export function newTraceparent({ random }: Pick<World, 'random'>): string {
  return `00-${hex(random(16))}-${hex(random(8))}-01`
}
