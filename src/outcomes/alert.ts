import type { Config } from '../config/config.ts'
import type { World } from '../lib/world.ts'
import { readConsoleAddress } from './console-address.ts'
import { post, type TellResult } from './post.ts'

/** Something that an operator should look at. */
export type Alert = {
  /** what is wrong and what to do, in a sentence or two: counts and our own words, never what people wrote */
  readonly text: string
  /** the ids of the requests that it is about; a message shows the first few */
  readonly requests: readonly string[]
}

/** Request ids in one message: a chat shows a short one whole. */
const MAX_SHOWN_REQUESTS = 5

/** Says that a request is unknown and stays so, after everything that the Worker can do by itself. */
export function staysUnknown(requestId: string): Alert {
  return {
    text: 'ConductorOne never answered a create, and its system log does not prove what became of it. Look for the vault in ConductorOne, and settle the request.',
    requests: [requestId],
  }
}

/**
 * Posts an alert to `ALERT_WEBHOOK`, as JSON with the one member `text`, which incoming webhooks of chats take.
 *
 * @param kv where the console's address is remembered
 * @returns how it went; undefined if this deployment has no `ALERT_WEBHOOK`
 */
export async function alertOperators(
  alert: Alert,
  { alertWebhook }: Pick<Config, 'alertWebhook'>,
  kv: Pick<KVNamespace, 'get'>,
  world: World,
): Promise<TellResult | undefined> {
  if (!alertWebhook) return undefined
  const text = alertText(alert, await readConsoleAddress(kv))
  const [request = ''] = alert.requests
  return post(alertWebhook.reveal(), { body: JSON.stringify({ text }), event: 'alert', request }, world)
}

/** Writes an alert as one text. */
export function alertText({ text, requests }: Alert, consoleAddress: string | undefined): string {
  const shown = requests.slice(0, MAX_SHOWN_REQUESTS).join(', ')
  const more = requests.length > MAX_SHOWN_REQUESTS ? ` and ${requests.length - MAX_SHOWN_REQUESTS} more` : ''
  const about =
    requests.length > 0 ? ` ${requests.length === 1 ? 'Request' : 'Requests'}: ${shown}${more}.` : ''
  const where = consoleAddress === undefined ? '' : ` ${consoleAddress}`
  return `ConductorOne vaults: ${text}${about}${where}`
}
