import { app } from './app.ts'

export { Provision } from './background/workflow.ts'
export { Ledger } from './ledger/ledger.ts'
export default app
