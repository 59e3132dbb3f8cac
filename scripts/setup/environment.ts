import type { Questions } from './questions.ts'

/** The environment of this process. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a setting that is kept as it is.
 *
 * @param name of the variable
 * @returns the object that stands there as JSON text, or an empty one; notes a fault if it is not an object
 */
export function keptObject(env: Environment, name: string, questions: Questions): Record<string, unknown> {
  const text = env[name]
  if (!text) return {}
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json }
  } catch {
    // told below
  }
  questions.faults.push(`${name} in the environment must be a JSON object`)
  return {}
}
