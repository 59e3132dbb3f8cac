import type * as z from 'zod/mini'
import { type FieldFault, Problem } from './problem.ts'

/** The most faults in one answer. A person makes far fewer; a body of unknown fields only would have thousands. */
const MAX_FAULTS = 100

/**
 * Lists what zod found wrong with a body.
 *
 * @returns up to 100 faults, each with the JSON pointer (RFC 6901) of its field; unknown fields by their own name
 */
export function fieldFaults(error: z.core.$ZodError): FieldFault[] {
  const faults = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointer([...issue.path, key]),
          detail: 'is not a field of a request; remove it or correct its name',
        }))
      : [{ pointer: pointer(issue.path), detail: issue.message }],
  )
  return faults.slice(0, MAX_FAULTS)
}

/** Makes the problem `invalid-request` that tells faulty fields, up to 100. */
export function invalidRequest(faults: readonly FieldFault[]): Problem {
  const errors = faults.slice(0, MAX_FAULTS)
  return new Problem('invalid-request', `${faultsInWords(errors)}.`, { errors })
}

/** Writes faults as one text, each with the name of its field. */
export function faultsInWords(faults: readonly FieldFault[]): string {
  return faults.map(({ pointer, detail }) => `${pointer.slice(1) || 'The body'} ${detail}`).join('; ')
}

/** Writes a path as a JSON pointer, RFC 6901 sections 3 and 4. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
