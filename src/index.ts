import { app } from './app.ts'
import type { Bindings } from './env.ts'
import { startDailyCheck } from './outcomes/daily-check.ts'

export { Ledger } from './ledger/ledger.ts'
export { DailyCheck } from './outcomes/daily-check.ts'
export { Provision } from './outcomes/workflow.ts'

export default {
  fetch: app.fetch,
  scheduled: ({ scheduledTime }, env) => startDailyCheck(env, scheduledTime),
} satisfies ExportedHandler<Bindings>
