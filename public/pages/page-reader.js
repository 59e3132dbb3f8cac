import { ask, ProblemError } from './api.js'

/**
 * Makes a reader of a list's pages. A call replaces the one before, whose answer is dropped.
 *
 * @template Page
 * @param {string} path of the list
 * @returns {{ read: (query: URLSearchParams) => Promise<Page | ProblemError | undefined>, stop: () => void }} `read`
 *   returns undefined if another call has replaced this one
 */
export function pageReader(path) {
  /** @type {AbortController | undefined} */
  let running

  return {
    async read(query) {
      running?.abort()
      running = new AbortController()
      const { signal } = running
      try {
        const page = await ask('GET', `${path}?${query}`, { signal })
        return signal.aborted ? undefined : page
      } catch (error) {
        if (signal.aborted) return undefined
        if (error instanceof ProblemError) return error
        throw error
      }
    },
    stop() {
      running?.abort()
    },
  }
}
