import type { Ending, Fault } from './faults.ts'
import type { Step } from './step.ts'

/** A fault that waits for its request. */
export interface QueuedFault {
  readonly step: Step
  readonly name: string
  readonly fault: Fault
  readonly match: string | null
  readonly times: number
}

/** What one request is to suffer. */
export interface Suffering {
  readonly names: readonly string[]
  readonly delayMs: number
  readonly ending: Ending | undefined
}

interface Row extends Record<string, SqlStorageValue> {
  position: number
  step: string
  name: string
  fault: string
  match: string | null
  times: number
}

/** The faults that were asked for and have not struck yet, in order, in the tenant's storage. */
export class FaultQueue {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS faults (position INTEGER PRIMARY KEY, step TEXT NOT NULL, name TEXT NOT NULL, fault TEXT NOT NULL, match TEXT, times INTEGER NOT NULL)',
    )
  }

  /** @param queued what is to happen, after everything already in the queue */
  add({ step, name, fault, match, times }: QueuedFault): void {
    const values = [step, name, JSON.stringify(fault), match, times]
    this.#sql.exec('INSERT INTO faults (step, name, fault, match, times) VALUES (?, ?, ?, ?, ?)', ...values)
  }

  /** @returns what is left */
  all(): QueuedFault[] {
    // Only add() writes here, and it takes nothing else.
    return this.#rows().map(({ position: _, ...row }) => ({
      ...row,
      step: row.step as Step,
      fault: JSON.parse(row.fault) as Fault,
    }))
  }

  /**
   * Takes what one request is to suffer: every delay that matches, and the first other fault that does.
   *
   * @param step the call the request makes
   * @param path its path and query
   * @param body its raw body
   * @returns the faults, which are then used up once
   */
  take(step: Step, path: string, body: string): Suffering {
    const names: string[] = []
    let delayMs = 0
    let ending: Ending | undefined
    for (const row of this.#rows()) {
      if (
        row.step !== step ||
        !(row.match === null || path.includes(row.match) || body.includes(row.match))
      ) {
        continue
      }
      const fault = JSON.parse(row.fault) as Fault
      if (fault.kind === 'delay') delayMs += fault.ms
      else if (ending === undefined) ending = fault
      else continue
      names.push(row.name)
      this.#use(row)
    }
    return { names, delayMs, ending }
  }

  /** Forgets every fault. */
  clear(): void {
    this.#sql.exec('DELETE FROM faults')
  }

  #rows(): Row[] {
    return this.#sql.exec<Row>('SELECT * FROM faults ORDER BY position').toArray()
  }

  #use({ position, times }: Row): void {
    if (times > 1) this.#sql.exec('UPDATE faults SET times = times - 1 WHERE position = ?', position)
    else this.#sql.exec('DELETE FROM faults WHERE position = ?', position)
  }
}
