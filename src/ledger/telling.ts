/** The messages of a request that are remembered; the oldest is dropped first. */
const MAX_TELLINGS_COUNT = 10

/** One message with an outcome: to whom, when, and why not if it was not taken. Times are epoch milliseconds. */
export type Telling = { readonly to: string; readonly at: number; readonly error: string | null }

/** A message as callers read it. */
export type TellingRecord = Omit<Telling, 'at'> & { readonly at: string }

/** Adds messages, each once however often it is reported. */
export function addTellings(before: readonly Telling[], more: readonly Telling[]): readonly Telling[] {
  const isNew = ({ to, at }: Telling) => !before.some((known) => known.to === to && known.at === at)
  return [...before, ...more.filter(isNew)].slice(-MAX_TELLINGS_COUNT)
}

/** Makes the record of a message. */
export function tellingRecord({ to, at, error }: Telling): TellingRecord {
  return { to, at: new Date(at).toISOString(), error }
}
