import { startWorker } from './worker.ts'

// A process of its own for the Worker, so that a test can kill all of it; see `startKillable`.
const [bindings = '{}', persist = ''] = process.argv.slice(2)
// its first line is where it listens, every other one the Worker's log
const hear = (line: string) => console.log(line)
const worker = await startWorker(JSON.parse(bindings), { persist, hear })
console.log(worker.url.href)
