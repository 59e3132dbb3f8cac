import * as z from 'zod'

/** How well the system log works; a test changes it in `PUT /_simulator/system-log`. */
export const systemLogModes = z.strictObject({
  /** Milliseconds that pass before an event can be read. */
  lateMs: z.int().min(0),
  /** Every so many events, one is never shown; 0 shows all. */
  missingEvery: z.int().min(0),
  /** `shuffled`: neither by time nor by arrival, but the same for each page of one listing. */
  order: z.enum(['sorted', 'shuffled']),
  /** `foreign`: not OCSF, and no more than the ids to go by. */
  shape: z.enum(['ocsf', 'foreign']),
  /** Whether the credentials lack the right to read it. */
  forbidden: z.boolean(),
})

/** The same, as a test gets it. */
export type SystemLogModes = z.output<typeof systemLogModes>

/** A log that works. */
export const DEFAULT_MODES: SystemLogModes = {
  lateMs: 0,
  missingEvery: 0,
  order: 'sorted',
  shape: 'ocsf',
  forbidden: false,
}
