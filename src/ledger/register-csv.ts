import type { RegisteredVault } from './register.ts'

/** The columns of the register, in this order; their names don't change. */
const COLUMNS: Readonly<Record<string, (vault: RegisteredVault) => string>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  owners: ({ owners }) => owners.map(({ input }) => input).join(' '),
  owner_ids: ({ owners }) => owners.map(({ id }) => id).join(' '),
  ticket: ({ ticket }) => ticket?.id ?? '',
  ticket_url: ({ ticket }) => ticket?.url ?? '',
  requested_by: ({ requestedBy }) => requestedBy ?? '',
  approved_by: ({ approvedBy }) => approvedBy ?? '',
  source: ({ source }) => source,
  caller: ({ caller }) => caller,
  preset: ({ preset }) => preset ?? '',
  credential_ttl: ({ credentialTtl }) => credentialTtl ?? '',
  created_at: ({ createdAt }) => createdAt,
  settled_by: ({ settledBy }) => settledBy ?? '',
  forced: ({ forced }) => String(forced),
  request: ({ request }) => request,
}

/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/

/** Writes the line with the columns' names. */
export function csvHeader(): string {
  return csvLine(Object.keys(COLUMNS))
}

/** Writes a vault as a line of CSV. */
export function csvRow(vault: RegisteredVault): string {
  return csvLine(Object.values(COLUMNS).map((read) => read(vault)))
}

/**
 * Writes a line of CSV. Every cell is quoted, and one that a spreadsheet would run begins with an apostrophe.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180#section-2 and https://owasp.org/www-community/attacks/CSV_Injection
 */
function csvLine(cells: readonly string[]): string {
  const written = cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))
  return `${written.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`
}
