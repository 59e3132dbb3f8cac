import { duration } from './time.js'

/** @typedef {Readonly<Record<string, { readonly count: number, readonly oldest: string | null }>>} Counts by status */

/** Statuses that are a matter of time: the age of their oldest request says whether something hangs. */
const AGED = new Set(['unknown', 'accepted', 'creating'])

/**
 * Shows beside each status how many requests have it, and how old the oldest is.
 *
 * @param {Counts} counts
 */
export function showCounts(counts) {
  for (const place of document.querySelectorAll('[data-count]')) {
    const statuses = (place.getAttribute('data-count') ?? '').split(',')
    const known = statuses.flatMap((status) => counts[status] ?? [])
    const count = known.reduce((sum, one) => sum + one.count, 0)
    const oldest = known
      .flatMap((one) => one.oldest ?? [])
      .sort()
      .at(0)
    const age = statuses.some((status) => AGED.has(status)) && oldest !== undefined ? ageOf(oldest) : ''
    place.textContent = `${count.toLocaleString('en')}${age && `, oldest ${age}`}`
    place.classList.toggle('some', count > 0)
  }
}

/**
 * Says how long ago something was.
 *
 * @param {string} instant
 */
function ageOf(instant) {
  return duration(Math.max(0, Date.now() - Date.parse(instant)))
}
