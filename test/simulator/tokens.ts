import { base64url } from 'jose'

const DEFAULT_EXPIRES_IN = 3600

/** What an access token stands for. */
export interface Grant {
  readonly clientId: string
  /** Of the key that the token is bound to (RFC 9449, section 6); null for a Bearer token. */
  readonly thumbprint: string | null
}

/** What every token begins with, so that one can be found wherever it turns up. */
export const TOKEN_PREFIX = 'simulated-access-token-'

/** What the tenant issued and saw: access tokens, and the nonces of client assertions. */
export class Tokens {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, client TEXT NOT NULL, thumbprint TEXT, expires INTEGER NOT NULL)',
    )
    sql.exec(
      'CREATE TABLE IF NOT EXISTS nonces (client TEXT NOT NULL, nonce TEXT NOT NULL, PRIMARY KEY (client, nonce))',
    )
    sql.exec('CREATE TABLE IF NOT EXISTS token_settings (expires_in INTEGER NOT NULL)')
  }

  /** How many seconds a token lives that is issued now. */
  get expiresIn(): number {
    const row = this.#sql
      .exec<{ expires_in: number }>('SELECT expires_in FROM token_settings')
      .toArray()
      .at(0)
    return row?.expires_in ?? DEFAULT_EXPIRES_IN
  }

  set expiresIn(seconds: number) {
    this.#sql.exec('DELETE FROM token_settings')
    this.#sql.exec('INSERT INTO token_settings VALUES (?)', seconds)
  }

  /**
   * @param grant whom the token is for, and the key it is bound to
   * @returns the opaque token and its life in seconds
   */
  issue({ clientId, thumbprint }: Grant): { token: string; expiresIn: number } {
    const token = TOKEN_PREFIX + base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
    const expiresIn = this.expiresIn
    const expires = Date.now() + expiresIn * 1000
    this.#sql.exec('INSERT INTO tokens VALUES (?, ?, ?, ?)', token, clientId, thumbprint, expires)
    return { token, expiresIn }
  }

  /**
   * @param token a token somebody presents
   * @returns what it was issued for, unless it is unknown, revoked or expired
   */
  grantOf(token: string): Grant | undefined {
    const live = 'SELECT client AS clientId, thumbprint FROM tokens WHERE token = ? AND expires > ?'
    return this.#sql
      .exec<{ clientId: string; thumbprint: string | null }>(live, token, Date.now())
      .toArray()
      .at(0)
  }

  /**
   * Remembers a nonce.
   *
   * @param clientId whose assertion carried it
   * @param nonce the nonce
   * @returns false when this client used it before
   */
  useNonce(clientId: string, nonce: string): boolean {
    const written = this.#sql.exec('INSERT OR IGNORE INTO nonces VALUES (?, ?)', clientId, nonce)
    return written.rowsWritten > 0
  }

  /** @returns every token that was ever issued, whatever became of it: what must not turn up anywhere else */
  issued(): string[] {
    return this.#sql
      .exec<{ token: string }>('SELECT token FROM tokens')
      .toArray()
      .map(({ token }) => token)
  }

  /** Makes every issued token invalid. */
  revoke(): void {
    this.#sql.exec('UPDATE tokens SET expires = 0')
  }

  /** Makes every issued token invalid, and forgets everything else. */
  clear(): void {
    this.revoke()
    this.#sql.exec('DELETE FROM nonces')
    this.#sql.exec('DELETE FROM token_settings')
  }
}
