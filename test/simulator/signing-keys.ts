import { exportJWK, generateKeyPair, type JWK } from 'jose'
import * as z from 'zod'
import { newIdentifier } from './identifier.ts'

/** What a tenant signs with; which of them depends on the tenant. */
export const signingAlgorithm = z.enum(['RS256', 'ES256', 'EdDSA'])

/** One of them. */
export type SigningAlgorithm = z.output<typeof signingAlgorithm>

const DEFAULT_ALGORITHM: SigningAlgorithm = 'RS256'

/** A key that the tenant signs, or signed, with. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  /** Whether the key set has it. */
  readonly published: boolean
  /** As it stands in the key set: `kid`, `alg` and `use` with it. */
  readonly publicJwk: JWK
  readonly privateJwk: JWK
}

/**
 * Makes a key.
 *
 * @param algorithm what it signs with
 * @param kid its name, where it is not to have a new one
 * @returns both halves
 */
export async function newSigningKey(
  algorithm: SigningAlgorithm,
  kid = newIdentifier(),
): Promise<Omit<SigningKey, 'published'>> {
  const pair = await generateKeyPair(algorithm, { extractable: true })
  const named = { kid, alg: algorithm, use: 'sig' }
  const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)])
  return {
    kid,
    algorithm,
    publicJwk: { ...publicJwk, ...named },
    privateJwk: { ...privateJwk, ...named },
  }
}

interface Row extends Record<string, SqlStorageValue> {
  kid: string
  key: string
  published: number
}

/** The tenant's signing keys, in its storage. The first one is made when it is first needed. */
export class SigningKeys {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS signing_keys (position INTEGER PRIMARY KEY, kid TEXT UNIQUE NOT NULL, key TEXT NOT NULL, published INTEGER NOT NULL)',
    )
  }

  /** @returns every key, published or not, oldest first */
  all(): SigningKey[] {
    return this.#sql
      .exec<Row>('SELECT * FROM signing_keys ORDER BY position')
      .toArray()
      .map((row) => ({ ...JSON.parse(row.key), published: row.published === 1 }))
  }

  /** @returns the key that signs now, which is the newest */
  async current(): Promise<SigningKey> {
    const newest = this.all().at(-1)
    if (newest) return newest
    const key = await newSigningKey(DEFAULT_ALGORITHM)
    // Another request may have made one meanwhile.
    return this.all().at(-1) ?? this.#add(key, true)
  }

  /**
   * Replaces the key that signs.
   *
   * @param algorithm of the new key
   * @param published whether the key set has the new key at once
   * @param old whether the keys so far stay published
   * @returns the new key
   */
  async rotate(algorithm: SigningAlgorithm, published: boolean, old: 'keep' | 'remove'): Promise<SigningKey> {
    await this.current()
    const key = await newSigningKey(algorithm)
    if (old === 'remove') this.#sql.exec('UPDATE signing_keys SET published = 0')
    return this.#add(key, published)
  }

  /**
   * Puts a key into the key set, or takes it out.
   *
   * @param kid which
   * @param published which of the two
   * @returns false when there is no such key
   */
  publish(kid: string, published: boolean): boolean {
    const change = 'UPDATE signing_keys SET published = ? WHERE kid = ?'
    return this.#sql.exec(change, published ? 1 : 0, kid).rowsWritten > 0
  }

  /** @returns the key set (RFC 7517, section 5), newest key first */
  async published(): Promise<{ keys: JWK[] }> {
    await this.current()
    const published = this.all().filter((key) => key.published)
    return { keys: published.map((key) => key.publicJwk).reverse() }
  }

  /** Forgets every key. */
  clear(): void {
    this.#sql.exec('DELETE FROM signing_keys')
  }

  #add(key: Omit<SigningKey, 'published'>, published: boolean): SigningKey {
    const values = [key.kid, JSON.stringify(key), published ? 1 : 0]
    this.#sql.exec('INSERT INTO signing_keys (kid, key, published) VALUES (?, ?, ?)', ...values)
    return { ...key, published }
  }
}
