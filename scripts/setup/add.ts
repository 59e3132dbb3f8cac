import { SENDERS, type SenderName } from '../../src/config/senders.ts'
import { Name } from '../../src/config/setting.ts'
import { MAX_SETTING_BYTES, sizeOf } from '../deployment/setting-size.ts'
import type { Settings } from '../deployment/settings-file.ts'
import { MAKERS, makeToken } from './secrets.ts'

/** What can be added to a configuration that is there. */
export type Kind = 'sender' | 'caller' | 'operator'

/** The settings with one entry more. */
export type Added = {
  readonly settings: Settings
  /** The setting that was changed, and has to be installed. */
  readonly changed: string
  /** The secret or key that was made now, for the one who needs it; undefined if none was. */
  readonly made: string | undefined
}

/** Why nothing can be added, as a sentence. */
export type Refused = { readonly refused: string }

/**
 * Adds a caller, or an operator: a caller that may read everyone's requests and settle unknown outcomes. An operator
 * that is a caller already keeps its key and gets the scope.
 */
export function addCaller(kind: 'caller' | 'operator', name: string, settings: Settings): Added | Refused {
  if (!Name.safeParse(name).success)
    return { refused: `${name} is not a name of 1 to 31 letters, digits, dots, dashes or underscores.` }
  const places = placesOf(settings)
  const owner = places.find(({ entries }) => Object.hasOwn(entries, name))
  if (owner) {
    if (kind === 'caller') return { refused: `${name} is a caller already.` }
    const entry = withOperate(owner.entries[name])
    if (!entry) return { refused: `${name} is an operator already.` }
    return put(settings, owner.setting, { ...owner.entries, [name]: entry }, undefined)
  }
  const key = makeToken()
  const entry = kind === 'operator' ? { key, scopes: ['read', 'operate'] } : key
  const place =
    places.find(
      ({ entries }) => sizeOf(JSON.stringify({ ...entries, [name]: entry })) <= MAX_SETTING_BYTES,
    ) ?? newPlace(settings)
  return put(settings, place.setting, { ...place.entries, [name]: entry }, key)
}

/**
 * Adds a sender of webhooks, with the secret that it shows or one that is made now.
 *
 * @param copied the secret that the sender shows; undefined if the secret is ours to make
 */
export function addSender(name: SenderName, settings: Settings, copied: string | undefined): Added | Refused {
  const secrets = objectIn(settings, 'WEBHOOK_SECRETS')
  if (Object.hasOwn(secrets, name))
    return {
      refused: `${name} has a secret already. To replace it, see "Rotating secrets" in docs/operating.md.`,
    }
  const { origin } = SENDERS[name].secret
  const made = 'make' in origin ? MAKERS[origin.make]() : undefined
  return put(settings, 'WEBHOOK_SECRETS', { ...secrets, [name]: copied ?? made ?? '' }, made)
}

type Place = { readonly setting: string; readonly entries: Readonly<Record<string, unknown>> }

/** Every setting that holds callers: one holds 5 KB at most, so there may be several, which the Worker reads as one. */
function placesOf(settings: Settings): Place[] {
  const names = Object.keys(settings).filter((name) => /^API_KEYS_./.test(name))
  return ['API_KEYS', ...names].map((setting) => ({ setting, entries: objectIn(settings, setting) }))
}

function newPlace(settings: Settings): Place {
  for (let number = 2; ; number++) {
    const setting = `API_KEYS_${number}`
    if (!Object.hasOwn(settings, setting)) return { setting, entries: {} }
  }
}

function withOperate(entry: unknown): object | undefined {
  if (typeof entry === 'string' || Array.isArray(entry))
    return { key: entry, scopes: ['create', 'read', 'operate'] }
  const { scopes = ['create', 'read'], ...rest } = Object(entry)
  return scopes.includes('operate') ? undefined : { ...rest, scopes: [...scopes, 'operate'] }
}

function put(settings: Settings, changed: string, entries: object, made: string | undefined): Added {
  return { settings: { ...settings, [changed]: JSON.stringify(entries) }, changed, made }
}

/**
 * Reads a setting that is a JSON object; an empty one if it is not set.
 *
 * @throws {Error} naming the setting, if it is anything else
 */
function objectIn(settings: Settings, name: string): Record<string, unknown> {
  const text = settings[name]
  if (text === undefined || text === '') return {}
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json }
  } catch {
    // reported below
  }
  throw new Error(`${name} in the settings file is not a JSON object.`)
}
