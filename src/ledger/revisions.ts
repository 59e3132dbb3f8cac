/**
 * Notes that a ticket was seen as it was at a time. Systems repeat deliveries for hours, so one may come after a newer one
 * that took back what it asks for.
 *
 * @param key the ticket's own
 * @param changedAt epoch milliseconds of its last change
 * @param until epoch milliseconds after which no older delivery is taken anyway
 * @returns whether no newer change was seen
 */
export function noteRevision(
  sql: SqlStorage,
  now: number,
  { key, changedAt, until }: { readonly key: string; readonly changedAt: number; readonly until: number },
): boolean {
  sql.exec('DELETE FROM revisions WHERE until < ?', now)
  return (
    sql.exec(
      `INSERT INTO revisions VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET changed_at = excluded.changed_at, until = excluded.until
       WHERE excluded.changed_at >= changed_at`,
      key,
      changedAt,
      until,
    ).rowsWritten > 0
  )
}
