import { startWorker } from './worker.ts'

// A process of its own for the Worker, so that a test can kill all of it; see `startKillable`.
const [bindings = '{}', persist = ''] = process.argv.slice(2)
const worker = await startWorker(JSON.parse(bindings), { persist })
console.log(worker.url.href)
