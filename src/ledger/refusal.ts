import { cut } from '../lib/cut.ts'
import type { Refusal } from './claim.ts'

/** More than the fields of a request and its owners have. */
const MAX_FAULTS_COUNT = 50
const MAX_POINTER_CHARS = 200
const MAX_FAULT_CHARS = 500
const MAX_DETAIL_CHARS = 4_000

/**
 * Bounds what a refusal stores. It repeats what was sent, such as the name of an unknown field, and one of 255 kB would
 * make every list that it is on too large to answer, for as long as it is kept.
 */
export function boundRefusal({ code, detail, errors }: Refusal): Refusal {
  return {
    code,
    detail: cut(detail, MAX_DETAIL_CHARS),
    errors: errors.slice(0, MAX_FAULTS_COUNT).map((fault) => ({
      pointer: cut(fault.pointer, MAX_POINTER_CHARS),
      detail: cut(fault.detail, MAX_FAULT_CHARS),
    })),
  }
}
