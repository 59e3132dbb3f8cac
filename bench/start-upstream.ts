import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Calls since they were counted last, by kind. */
export type Calls = { readonly token: number; readonly users: number; readonly create: number }

/** A tenant in a process of its own. */
export type Upstream = {
  readonly url: URL
  /** Lets every answer take so many milliseconds from now on. */
  slow(milliseconds: number): Promise<void>
  /** Lets it publish a key that webhooks are signed with. */
  publish(key: object): Promise<void>
  /** @returns what was asked since this was called last */
  calls(): Promise<Calls>
  stop(): void
}

/** Starts `upstream.ts`. */
export async function startUpstream(): Promise<Upstream> {
  const child = fork(`${import.meta.dirname}/upstream.ts`)
  const said = async (): Promise<unknown> => (await once(child, 'message'))[0]
  const url = new URL(`http://127.0.0.1:${await said()}`)
  const tell = (order: object) => {
    const answer = said()
    child.send(order)
    return answer
  }
  return {
    url,
    async slow(delay) {
      await tell({ delay })
    },
    async publish(key) {
      await tell({ key })
    },
    async calls() {
      const counts = (await tell({ count: true })) as Record<string, number> // see upstream.ts
      return {
        token: counts['/auth/v1/token'] ?? 0,
        users: counts['/api/v1/search/users'] ?? 0,
        create: counts['/api/v1/vaults'] ?? 0,
      }
    },
    stop: () => child.kill(),
  }
}
