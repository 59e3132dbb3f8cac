import { element } from './element.js'

const REWRITE_MS = 15_000
const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

// the pages are in English, so their times are too; the zone is the reader's
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/**
 * Shows how long ago something was. The text stays right while the page is open; the exact time and zone are its title.
 *
 * @param {string} instant RFC 3339
 * @returns {HTMLTimeElement}
 */
export function timeAgo(instant) {
  return element('time', { datetime: instant, title: exactTime(instant), class: 'ago' }, ago(instant))
}

/**
 * Writes the day, the time and the zone.
 *
 * @param {string} instant RFC 3339
 * @returns {string}
 */
export function exactTime(instant) {
  return exact.format(new Date(instant))
}

/**
 * Writes the time of day, with the day unless it is today.
 *
 * @param {string | Date} instant
 * @returns {string}
 */
export function clockTime(instant, format = clock) {
  const date = new Date(instant)
  const today = date.toDateString() === new Date().toDateString()
  return today ? format.format(date) : `${day.format(date)}, ${format.format(date)}`
}

/**
 * Says when something is to come, such as "next at 05:47", or "any moment now" if that has passed.
 *
 * @param {string} instant RFC 3339, of something that is to come
 * @returns {string}
 */
export function nextTime(instant) {
  return Date.parse(instant) > Date.now() ? `next at ${clockTime(instant)}` : 'any moment now'
}

/**
 * Writes the same as {@link clockTime}, to the second.
 *
 * @param {string | Date} instant
 * @returns {string}
 */
export function clockSeconds(instant) {
  return clockTime(instant, clockWithSeconds)
}

/**
 * Says how long ago something was, such as "3 min ago", or how soon it will be: "in 20 s".
 *
 * @param {string} instant RFC 3339
 * @returns {string}
 */
export function ago(instant) {
  const past = Date.now() - Date.parse(instant)
  if (past > -SECOND_MS && past < 5 * SECOND_MS) return 'now'
  return past < 0 ? `in ${duration(-past)}` : `${duration(past)} ago`
}

/**
 * Writes a duration in the largest unit that leaves a whole number: "800 ms", "12 s", "3 min", "5 h" or "2 days".
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function duration(milliseconds) {
  if (milliseconds < SECOND_MS) return `${Math.round(milliseconds)} ms`
  if (milliseconds < MINUTE_MS) return `${Math.round(milliseconds / SECOND_MS)} s`
  if (milliseconds < HOUR_MS) return `${Math.floor(milliseconds / MINUTE_MS)} min`
  if (milliseconds < 2 * DAY_MS) return `${Math.floor(milliseconds / HOUR_MS)} h`
  return `${Math.floor(milliseconds / DAY_MS)} days`
}

setInterval(() => {
  for (const shown of document.querySelectorAll('time.ago'))
    shown.textContent = ago(shown.getAttribute('datetime') ?? '')
}, REWRITE_MS)
