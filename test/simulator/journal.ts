import type { DecodedProof } from './redaction.ts'
import type { Step } from './step.ts'

/** A request the tenant got. Nothing in it is a secret, a signature or a token. */
export interface JournalEntry {
  /** When it arrived. */
  readonly at: string
  readonly step: Step
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The proof of possession in the header `DPoP`, where there is one. */
  readonly proof?: DecodedProof
  /** The JSON; the form's fields for the token; the text where it is neither; null where there is none. */
  readonly body: unknown
  /** What was answered; null while it is being answered. */
  readonly status: number | null
  /** Names of the faults that struck, joined by `+`. */
  readonly fault?: string
}

/** The requests the tenant got, in order of arrival, in its storage. */
export class Journal {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS journal (position INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL, status INTEGER)',
    )
  }

  /**
   * @param entry a request that arrived
   * @returns where it stands, for {@link settle}
   */
  add(entry: Omit<JournalEntry, 'status'>): number {
    const json = JSON.stringify(entry)
    return this.#sql
      .exec<{ position: number }>('INSERT INTO journal (entry) VALUES (?) RETURNING position', json)
      .one().position
  }

  /**
   * @param position what {@link add} returned
   * @param status what was answered
   */
  settle(position: number, status: number): void {
    this.#sql.exec('UPDATE journal SET status = ? WHERE position = ?', status, position)
  }

  /** @returns every entry since the last clear */
  all(): JournalEntry[] {
    return this.#sql
      .exec<{ entry: string; status: number | null }>('SELECT entry, status FROM journal ORDER BY position')
      .toArray()
      .map((row) => ({ ...JSON.parse(row.entry), status: row.status }))
  }

  /** Empties the journal. */
  clear(): void {
    this.#sql.exec('DELETE FROM journal')
  }
}
