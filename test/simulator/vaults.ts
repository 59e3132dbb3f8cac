/** A vault as ConductorOne shows it: unset fields present, owners never. */
export interface Vault {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly groupAuthzVault: Record<string, never> | null
  readonly magicVault: { readonly allowUnauthedViews: boolean; readonly allowedViews: number } | null
  readonly credentialExpirationDuration: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string | null
}

/** A vault as only the simulator can show it. */
export interface OwnedVault extends Vault {
  readonly ownerIds: readonly string[]
}

/** The vaults of the tenant, in its storage. */
export class Vaults {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS vaults (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, vault TEXT NOT NULL, owners TEXT NOT NULL)',
    )
  }

  /** @returns every vault that was not deleted, oldest first, with its owners */
  all(): OwnedVault[] {
    return this.#sql
      .exec<{ vault: string; owners: string }>('SELECT vault, owners FROM vaults ORDER BY position')
      .toArray()
      .map((row) => ({ ...JSON.parse(row.vault), ownerIds: JSON.parse(row.owners) }))
  }

  /**
   * @param id a vault id
   * @returns the vault, if there is one
   */
  find(id: string): Vault | undefined {
    const row = this.#sql.exec<{ vault: string }>('SELECT vault FROM vaults WHERE id = ?', id).toArray().at(0)
    return row && JSON.parse(row.vault)
  }

  /**
   * @param vault a new vault
   * @param ownerIds who can open it
   */
  add(vault: Vault, ownerIds: readonly string[]): void {
    const values = [vault.id, JSON.stringify(vault), JSON.stringify(ownerIds)]
    this.#sql.exec('INSERT INTO vaults (id, vault, owners) VALUES (?, ?, ?)', ...values)
  }

  /** @param vault what replaces the vault of the same id */
  replace(vault: Vault): void {
    this.#sql.exec('UPDATE vaults SET vault = ? WHERE id = ?', JSON.stringify(vault), vault.id)
  }

  /** @param id the vault to remove */
  remove(id: string): void {
    this.#sql.exec('DELETE FROM vaults WHERE id = ?', id)
  }

  /** Removes every vault. */
  clear(): void {
    this.#sql.exec('DELETE FROM vaults')
  }
}
