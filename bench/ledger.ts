import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { bundle } from '../test/support/bundle.ts'
import { newCredential } from '../test/support/credential.ts'
import { settings, startWorker, type VaultWorker } from '../test/support/worker.ts'

/** Does a create, or a list, get slower when the ledger is full? Two Workers take turns: one empty, one filled. */
const STORED = Number(process.env.STORED ?? 10_000)
const ROUNDS = 5
const SAMPLES = 100
const request = { name: 'a vault', owners: ['owner@example.com'] }
// the list first, as every create adds to the empty one; it begins with one full page
const work = {
  list: (worker: VaultWorker) => worker.call('GET', '/v1/requests?limit=50', { as: 'operator' }),
  create: (worker: VaultWorker) => worker.create(request),
}
const PAGE = 50

await bundle('worker')
const upstream = fork(`${import.meta.dirname}/upstream.ts`)
const credential = await newCredential('127.0.0.1')
const bindings = settings(credential, new URL(`http://127.0.0.1:${await portOf(upstream)}`))
const [empty, full] = await Promise.all([startWorker(bindings), startWorker(bindings)])

console.log(`Storing ${STORED} finished requests …`)
await Promise.all([fill(full, STORED), fill(empty, PAGE)])

const results = []
for (const [name, call] of Object.entries(work)) {
  const rounds = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ empty: await medianOf(() => call(empty)), full: await medianOf(() => call(full)) })
  const ratios = rounds.map((round) => round.full / round.empty).sort((a, b) => a - b)
  results.push({
    call: name,
    'empty, ms': middle(rounds.map((round) => round.empty)).toFixed(2),
    [`${STORED} stored, ms`]: middle(rounds.map((round) => round.full)).toFixed(2),
    'ratio, median': middle(ratios).toFixed(2),
    'ratio, least to most': `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`,
  })
}
console.table(results)
await mkdir('dist/bench', { recursive: true })
await writeFile(
  'dist/bench/ledger.json',
  JSON.stringify({ stored: STORED, rounds: ROUNDS, samples: SAMPLES, results }, null, 2),
)

await Promise.all([empty.stop(), full.stop()])
upstream.kill()

async function portOf(child: ChildProcess): Promise<number> {
  const [port] = await once(child, 'message')
  return Number(port)
}

/** Ten at a time, each of them a create that went well. */
async function fill(worker: VaultWorker, count: number): Promise<void> {
  let left = count
  const one = async () => {
    while (left-- > 0) {
      const { status } = await worker.create(request)
      if (status !== 201) throw new Error(`a create was answered with ${status}`)
    }
  }
  await Promise.all(Array.from({ length: 10 }, one))
}

async function medianOf(call: () => Promise<unknown>): Promise<number> {
  const times = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = performance.now()
    await call()
    times.push(performance.now() - start)
  }
  return middle(times)
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
