import * as z from 'zod'

/** How the tenant treats proofs of possession; a test changes it in `PUT /_simulator/settings`. */
export const proofSettings = z.strictObject({
  /** `required`: one nonce, a new one each time this is set. `rotating`: each nonce is good for one use. */
  dpopNonce: z.enum(['off', 'required', 'rotating']),
  /** Where a nonce is asked for; elsewhere one is refused. */
  dpopNonceAt: z.enum(['everywhere', 'token', 'api']),
  /** `Bearer`: a credential that requires proofs gets an unbound token nevertheless. */
  dpopTokenType: z.enum(['DPoP', 'Bearer']),
})

/** The same, as a test gets it. */
export type ProofSettings = z.output<typeof proofSettings>

const DEFAULTS: ProofSettings = { dpopNonce: 'off', dpopNonceAt: 'everywhere', dpopTokenType: 'DPoP' }

/** Which kind of request a proof came with. */
export type ProvenAt = Exclude<ProofSettings['dpopNonceAt'], 'everywhere'>

/** What the tenant remembers of proofs: identifiers that were used, and nonces that may be. */
export class Proofs {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec('CREATE TABLE IF NOT EXISTS proofs (identifier TEXT PRIMARY KEY)')
    sql.exec('CREATE TABLE IF NOT EXISTS proof_nonces (nonce TEXT PRIMARY KEY)')
    sql.exec('CREATE TABLE IF NOT EXISTS proof_settings (settings TEXT NOT NULL)')
  }

  /** How proofs are treated now. */
  get settings(): ProofSettings {
    const row = this.#sql.exec<{ settings: string }>('SELECT settings FROM proof_settings').toArray().at(0)
    return row ? proofSettings.parse(JSON.parse(row.settings)) : DEFAULTS
  }

  set settings(settings: ProofSettings) {
    this.#sql.exec('DELETE FROM proof_nonces')
    this.#sql.exec('DELETE FROM proof_settings')
    this.#sql.exec('INSERT INTO proof_settings VALUES (?)', JSON.stringify(settings))
  }

  /**
   * Remembers a proof.
   *
   * @param identifier its `jti`
   * @returns false when it was used before, whoever used it
   */
  use(identifier: string): boolean {
    return this.#sql.exec('INSERT OR IGNORE INTO proofs VALUES (?)', identifier).rowsWritten > 0
  }

  /** @returns whether a proof needs a nonce there; where it does not, it must not have one */
  asksForNonceAt(place: ProvenAt): boolean {
    const { dpopNonce, dpopNonceAt } = this.settings
    return dpopNonce !== 'off' && (dpopNonceAt === 'everywhere' || dpopNonceAt === place)
  }

  /**
   * Uses a nonce.
   *
   * @param nonce what a proof carries
   * @returns whether it was good; where nonces rotate, it is no longer
   */
  spend(nonce: string): boolean {
    const isGood =
      this.#sql.exec('SELECT nonce FROM proof_nonces WHERE nonce = ?', nonce).toArray().length > 0
    if (this.settings.dpopNonce === 'rotating') {
      this.#sql.exec('DELETE FROM proof_nonces WHERE nonce = ?', nonce)
    }
    return isGood
  }

  /** @returns a nonce for the client to use: the current one, or a new one where they rotate */
  nonce(): string {
    const current = this.#sql.exec<{ nonce: string }>('SELECT nonce FROM proof_nonces').toArray().at(0)
    if (current && this.settings.dpopNonce !== 'rotating') return current.nonce
    const nonce = crypto.randomUUID()
    this.#sql.exec('INSERT INTO proof_nonces VALUES (?)', nonce)
    return nonce
  }

  /** Forgets everything. */
  clear(): void {
    for (const table of ['proofs', 'proof_nonces', 'proof_settings']) this.#sql.exec(`DELETE FROM ${table}`)
  }
}
