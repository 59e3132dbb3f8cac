const UNDER_WAY_MS = 5_000
const IDLE_MS = 60_000

/**
 * Keeps a page fresh while its tab can be seen: every few seconds while something is under way, seldom otherwise, and
 * at once when the tab comes to the front. After failures it waits twice as long each time.
 *
 * @param {() => Promise<'under-way' | 'idle' | 'failed'>} refresh must not throw
 * @returns {{ restart: () => void, stop: () => void }} `restart` after something was shown by other means
 */
export function startPolling(refresh) {
  let failures = 0
  let stopped = true
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  /**
   * Refreshes after a while.
   *
   * @param {number} delay in milliseconds
   */
  function schedule(delay) {
    clearTimeout(timer)
    if (!stopped && document.visibilityState === 'visible') timer = setTimeout(() => void run(), delay)
  }

  async function run() {
    clearTimeout(timer)
    const found = await refresh()
    failures = found === 'failed' ? failures + 1 : 0
    if (found === 'failed') schedule(Math.min(UNDER_WAY_MS * 2 ** (failures - 1), IDLE_MS))
    else schedule(found === 'under-way' ? UNDER_WAY_MS : IDLE_MS)
  }

  document.addEventListener('visibilitychange', () => {
    if (stopped) return
    if (document.visibilityState === 'visible') void run()
    else clearTimeout(timer)
  })

  return {
    restart() {
      stopped = false
      failures = 0
      schedule(UNDER_WAY_MS)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
