import type { Environment } from './environment.ts'
import type { Questions } from './questions.ts'

/**
 * Asks where the Worker reports what needs an operator.
 *
 * @returns the setting `ALERT_WEBHOOK`; undefined for nowhere
 */
export async function askAlerts(questions: Questions, env: Environment): Promise<string | undefined> {
  const address = await questions.ask({
    text: 'Where should the Worker report what needs an operator, such as a credential that ends soon? Give the https address of a chat’s incoming webhook, or of anything that takes {"text": "…"}.',
    given: env.ALERT_WEBHOOK || undefined,
    source: 'ALERT_WEBHOOK in the environment',
    fallback: '',
    enter: 'for nowhere',
    hidden: true,
    fault: (answer) =>
      answer === '' || URL.parse(answer)?.protocol === 'https:' ? undefined : 'is not an https address',
  })
  return address === '' ? undefined : address
}
