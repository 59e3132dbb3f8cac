import { Name } from '../../src/config/setting.ts'
import { type Environment, keptObject } from './environment.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'
import { makeToken } from './secrets.ts'

/**
 * Asks which callers may use the API, and makes a key for each.
 *
 * @returns the setting `API_KEYS`, and the keys that were made now, by caller
 */
export async function askCallers(
  questions: Questions,
  flags: Flags,
  env: Environment,
): Promise<{ apiKeys: string; keys: ReadonlyMap<string, string> }> {
  const apiKeys = keptObject(env, 'API_KEYS', questions)
  const kept = Object.keys(apiKeys)
  const callers = await questions.list({
    text: 'Which callers get an API key that makes vaults? Give names of systems or runbooks.',
    given: flags.callers,
    source: '--callers',
    fallback: kept.length > 0 ? [] : ['runbook'],
    ...(kept.length > 0 && { enter: 'to add none' }),
    fault: nameFault,
  })
  const operators = await questions.list({
    text: 'Which operators may read everyone’s requests and settle unknown outcomes? Without one, an unknown outcome cannot be settled by hand.',
    enter: 'for none',
    given: flags.operators,
    source: '--operators',
    fallback: [],
    fault: nameFault,
  })
  const keys = new Map<string, string>()
  for (const name of new Set([...callers, ...operators])) {
    if (kept.includes(name)) continue
    const key = makeToken()
    keys.set(name, key)
    const scopes = [...(callers.includes(name) ? ['create'] : []), 'read', 'operate']
    apiKeys[name] = operators.includes(name) ? { key, scopes } : key
  }
  return { apiKeys: JSON.stringify(apiKeys), keys }
}

function nameFault(names: readonly string[]): string | undefined {
  const odd = names.find((name) => !Name.safeParse(name).success)
  return odd === undefined
    ? undefined
    : `names ${odd}, which is not 1 to 31 letters, digits, dots, dashes or underscores`
}
