import { DEFAULT_REGISTER_DAYS, MAX_REGISTER_DAYS } from '../../src/config/config.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'
import type { Var } from './wrangler-vars.ts'

/**
 * Asks for how long the register remembers a vault.
 *
 * @param vars what `wrangler.toml` has under `[vars]`
 * @returns the setting, if it is different from what is there
 */
export async function askRegisterDays(
  questions: Questions,
  flags: Flags,
  vars: Readonly<Record<string, unknown>>,
): Promise<Var[]> {
  const now = String(vars.REGISTER_DAYS ?? DEFAULT_REGISTER_DAYS)
  const days = await questions.ask({
    text: 'For how many days should the register remember who asked for a vault, who approved it and who owns it?',
    hint: '0 for no register',
    given: flags['register-days'],
    source: '--register-days',
    fallback: now,
    fault: (answer) =>
      /^\d+$/.test(answer) && Number(answer) <= MAX_REGISTER_DAYS
        ? undefined
        : `must be a number of days up to ${MAX_REGISTER_DAYS}`,
  })
  return days === now ? [] : [{ table: 'vars', key: 'REGISTER_DAYS', value: days }]
}
