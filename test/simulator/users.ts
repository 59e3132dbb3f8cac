import * as z from 'zod'
import { text } from './message.ts'

const STATUSES = ['UNKNOWN', 'ENABLED', 'DISABLED', 'DELETED'] as const

/** The statuses a user can have. */
export const userStatus = z.enum(STATUSES)

/** What a test says about users; everything else in the User object follows from it. */
export const simulatedUsers = z.array(
  z.object({ id: text.min(1), email: text, displayName: text, status: userStatus }),
)

/** One of them. */
export type SimulatedUser = z.output<typeof simulatedUsers>[number]

/** The users of a tenant that is not told otherwise. */
export const DEFAULT_USERS = [
  {
    id: '2mQg9IILyNefQ6oMTvolM4FjD01',
    email: 'owner@example.com',
    displayName: 'Olive Owner',
    status: 'ENABLED',
  },
  {
    id: '2mQg9IILyNefQ6oMTvolM4FjD02',
    email: 'second.owner@example.com',
    displayName: 'Sam Second',
    status: 'ENABLED',
  },
  {
    id: '2mQg9IILyNefQ6oMTvolM4FjD03',
    email: 'disabled@example.com',
    displayName: 'Dana Disabled',
    status: 'DISABLED',
  },
  // Two people behind one address: which of them is meant cannot be told.
  {
    id: '2mQg9IILyNefQ6oMTvolM4FjD04',
    email: 'shared@example.com',
    displayName: 'Shared Mailbox East',
    status: 'ENABLED',
  },
  {
    id: '2mQg9IILyNefQ6oMTvolM4FjD05',
    email: 'shared@example.com',
    displayName: 'Shared Mailbox West',
    status: 'ENABLED',
  },
  {
    id: '2mQg9IILyNefQ6oMTvolM4FjD06',
    email: 'Mixed.Case@Example.com',
    displayName: 'Mia Mixed',
    status: 'ENABLED',
  },
] as const satisfies readonly SimulatedUser[]

/** The users of the tenant, in its storage. */
export class Users {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec('CREATE TABLE IF NOT EXISTS users (position INTEGER PRIMARY KEY, user TEXT NOT NULL)')
  }

  /** @returns every user, in the order they were given */
  all(): SimulatedUser[] {
    const rows = this.#sql.exec<{ user: string }>('SELECT user FROM users ORDER BY position').toArray()
    // Only replace() writes here, and it takes nothing else.
    return rows.map((row) => JSON.parse(row.user) as SimulatedUser)
  }

  /**
   * @param id a user id
   * @returns the user, if there is one
   */
  find(id: string): SimulatedUser | undefined {
    return this.all().find((user) => user.id === id)
  }

  /** @param users what the tenant's users are from now on */
  replace(users: readonly SimulatedUser[]): void {
    this.#sql.exec('DELETE FROM users')
    for (const user of users) this.#sql.exec('INSERT INTO users (user) VALUES (?)', JSON.stringify(user))
  }
}
