import { Mistake } from './mistake.ts'
import { eventIn, type LoggedCall } from './system-log-event.ts'
import { DEFAULT_MODES, type SystemLogModes, systemLogModes } from './system-log-modes.ts'

/** What is known of an event without reading it, as only the simulator can show it. */
export interface LogEntry {
  /** Counts arrivals, from 1. */
  readonly position: number
  readonly uid: string
  /** When it happened, in epoch milliseconds. */
  readonly time: number
  /** Whether a client can read it now. */
  readonly shown: boolean
  /** The vault that the call was about; null for other calls and for planted events. */
  readonly vaultId: string | null
}

interface Row extends Record<string, SqlStorageValue> {
  position: number
  uid: string
  time: number
  vault: string | null
  planted: number
}

/** The system log of the tenant, in its storage. What a client sees of it depends on the modes. */
export class SystemLog {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS system_log (position INTEGER PRIMARY KEY, uid TEXT UNIQUE NOT NULL, time INTEGER NOT NULL, vault TEXT, planted TEXT, call TEXT)',
    )
    sql.exec('CREATE TABLE IF NOT EXISTS system_log_modes (modes TEXT NOT NULL)')
  }

  /** How well the log works now. */
  get modes(): SystemLogModes {
    const row = this.#sql.exec<{ modes: string }>('SELECT modes FROM system_log_modes').toArray().at(0)
    return row ? systemLogModes.parse(JSON.parse(row.modes)) : DEFAULT_MODES
  }

  set modes(modes: SystemLogModes) {
    this.#sql.exec('DELETE FROM system_log_modes')
    this.#sql.exec('INSERT INTO system_log_modes VALUES (?)', JSON.stringify(modes))
  }

  /**
   * Records a call that succeeded.
   *
   * @param call what was done, and by whom
   */
  record(call: LoggedCall): void {
    const values = [call.uid, call.time, call.vault?.id ?? null, JSON.stringify(call)]
    this.#sql.exec('INSERT INTO system_log (uid, time, vault, call) VALUES (?, ?, ?, ?)', ...values)
  }

  /**
   * Plants an event as a test wrote it.
   *
   * @param event the JSON object that clients read
   * @param uid its own id
   * @param time when it is to have happened, in epoch milliseconds
   * @throws Mistake if the id is taken
   */
  plant(event: Readonly<Record<string, unknown>>, uid: string, time: number): void {
    const written = this.#sql.exec(
      'INSERT OR IGNORE INTO system_log (uid, time, planted) VALUES (?, ?, ?)',
      uid,
      time,
      JSON.stringify(event),
    ).rowsWritten
    if (written === 0) throw new Mistake(`there is an event ${uid} already`)
  }

  /** @returns an entry for every event in the order they happened, those that clients cannot see included */
  entries(): LogEntry[] {
    const { modes } = this
    return this.#sql
      .exec<Row>(
        'SELECT position, uid, time, vault, planted IS NOT NULL AS planted FROM system_log ORDER BY time, position',
      )
      .toArray()
      .map((row) => entryOf(row, modes))
  }

  /**
   * Reads an event.
   *
   * @param uid one from {@link entries}
   * @returns the JSON object as clients get it
   */
  event(uid: string): unknown {
    const select = 'SELECT planted, call FROM system_log WHERE uid = ?'
    const { planted, call } = this.#sql.exec<{ planted: string | null; call: string }>(select, uid).one()
    // Each row has one of the two.
    return planted === null ? eventIn(this.modes.shape, JSON.parse(call)) : JSON.parse(planted)
  }

  /** Forgets every event, and works well again. */
  clear(): void {
    this.#sql.exec('DELETE FROM system_log')
    this.#sql.exec('DELETE FROM system_log_modes')
  }
}

function entryOf({ position, uid, time, vault, planted }: Row, modes: SystemLogModes): LogEntry {
  // A planted event is always shown: it is the test's own.
  const isMissing = modes.missingEvery > 0 && position % modes.missingEvery === 0
  const isLate = Date.now() < time + modes.lateMs
  return { position, uid, time, vaultId: vault, shown: planted === 1 || !(isMissing || isLate) }
}
