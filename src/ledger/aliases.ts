/** A ticket that was transferred: the key of its new id leads to that of its old one. */
export type Alias = { readonly key: string; readonly target: string }

/** Remembers that a key leads to another one, at least until that time in epoch milliseconds. */
export function putAlias(sql: SqlStorage, { key, target }: Alias, until: number): void {
  sql.exec(
    'INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET due = excluded.due',
    key,
    target,
    until,
  )
}

/** Reads the key that a key leads to. */
export function aliasOf(sql: SqlStorage, key: string): string | undefined {
  const [row] = sql.exec<{ target: string }>('SELECT target FROM aliases WHERE key = ?', key)
  return row?.target
}

/** Reads the aliases whose time is up, at most so many. */
export function dueAliases(sql: SqlStorage, now: number, limit: number): Alias[] {
  const rows = sql.exec<Alias>('SELECT key, target FROM aliases WHERE due <= ? LIMIT ?', now, limit)
  return rows.toArray()
}

/** Deletes an alias. */
export function deleteAlias(sql: SqlStorage, key: string): void {
  sql.exec('DELETE FROM aliases WHERE key = ?', key)
}
