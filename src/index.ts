import { app } from './app.ts'

export { Ledger } from './ledger/ledger.ts'
export { Provision } from './outcomes/workflow.ts'
export default app
