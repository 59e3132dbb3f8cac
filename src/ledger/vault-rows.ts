import { askerColumn, parseEntry } from './columns.ts'
import type { Entry } from './entry.ts'
import { isWanted, type RegisteredVault, type RegisterFilter, registeredVault } from './register.ts'
import { firstIdAt, timeOf } from './request-id.ts'
import type { Claimant } from './sameness.ts'

/** Keeps of a request that has ended what its vault needs to be known by. */
export function registerVault(sql: SqlStorage, entry: Entry): void {
  const vault = registeredVault(entry)
  if (!vault) return
  sql.exec(
    'INSERT INTO register VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    entry.id,
    askerColumn(entry),
    vault.id,
    JSON.stringify(vault),
  )
}

/** Deletes what the register has of requests before that time, in epoch milliseconds. */
export function pruneRegister(sql: SqlStorage, before: number): void {
  sql.exec('DELETE FROM register WHERE request < ?', firstIdAt(before))
}

/** Says when the request of the oldest vault in the register came in, in epoch milliseconds. */
export function oldestInRegister(sql: SqlStorage): number | undefined {
  const [row] = sql.exec<{ request: string | null }>('SELECT min(request) AS request FROM register')
  return row?.request ? timeOf(row.request) : undefined
}

/** Lists vaults that were made, from requests and register, newest first. */
export function selectVaults(sql: SqlStorage, filter: RegisterFilter): RegisteredVault[] {
  const wanted: RegisteredVault[] = []
  for (const vault of newestFirst(vaultsOfRequests(sql, filter), registered(sql, filter)))
    if (isWanted(vault, filter) && wanted.push(vault) === filter.limit) break
  return wanted
}

/** Says whether a request of this claimant made the vault. */
export function hasMadeVault(sql: SqlStorage, vaultId: string, claimant: Claimant): boolean {
  const [row] = sql.exec<{ made: number }>(
    `SELECT EXISTS (SELECT 1 FROM requests WHERE vault = ?1 AND asker = ?2)
       OR EXISTS (SELECT 1 FROM register WHERE vault = ?1 AND asker = ?2) AS made`,
    vaultId,
    askerColumn(claimant),
  )
  return row?.made === 1
}

/** Says which of these vaults a request has, other than this one. */
export function selectVaultsOfOthers(
  sql: SqlStorage,
  vaultIds: readonly string[],
  requestId: string,
): string[] {
  const rows = sql.exec<{ vault: string }>(
    `SELECT vault FROM requests WHERE vault IN (SELECT value FROM json_each(?1)) AND id <> ?2
     UNION SELECT vault FROM register WHERE vault IN (SELECT value FROM json_each(?1)) AND request <> ?2`,
    JSON.stringify(vaultIds),
    requestId,
  )
  return Array.from(rows, ({ vault }) => vault)
}

function* vaultsOfRequests(sql: SqlStorage, filter: RegisterFilter): Generator<RegisteredVault> {
  const [where, values] = ownedBefore('id', filter)
  const rows = sql.exec<{ entry: string }>(
    `SELECT entry FROM requests WHERE status = 'created' AND ${where} ORDER BY id DESC`,
    ...values,
  )
  for (const { entry } of rows) {
    const vault = registeredVault(parseEntry(entry))
    if (vault) yield vault
  }
}

function* registered(sql: SqlStorage, filter: RegisterFilter): Generator<RegisteredVault> {
  const [where, values] = ownedBefore('request', filter)
  const rows = sql.exec<{ row: string }>(
    `SELECT row FROM register WHERE ${where} ORDER BY request DESC`,
    ...values,
  )
  for (const { row } of rows) yield parseRow(row)
}

/** Reads a row of the register; a person who was forgotten has left a blank. */
function parseRow(text: string): RegisteredVault {
  const vault = JSON.parse(text) as RegisteredVault // only `registerVault` and `forgetAddress` write that column
  return { ...vault, requestedBy: vault.requestedBy || null, approvedBy: vault.approvedBy || null }
}

/** Merges two lists of vaults that are sorted by their requests, newest first. */
function* newestFirst(
  a: Iterator<RegisteredVault>,
  b: Iterator<RegisteredVault>,
): Generator<RegisteredVault> {
  let [left, right] = [a.next(), b.next()]
  while (!left.done || !right.done) {
    if (right.done || (!left.done && left.value.request > right.value.request)) {
      if (!left.done) yield left.value
      left = a.next()
    } else {
      yield right.value
      right = b.next()
    }
  }
}

/** Writes what narrows a list of vaults before it is read. */
function ownedBefore(column: 'id' | 'request', { claimant, before }: RegisterFilter): [string, string[]] {
  const terms = [claimant && 'asker = ?', before !== undefined && `${column} < ?`].filter(Boolean)
  const values = [...(claimant ? [askerColumn(claimant)] : []), ...(before === undefined ? [] : [before])]
  return [terms.join(' AND ') || 'TRUE', values]
}
