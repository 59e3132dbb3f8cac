import { rm } from 'node:fs/promises'
import { newFolder } from './contenders.ts'
import { filled } from './ledger.ts'
import { Line } from './load.ts'
import { type Measurement, ROUNDS, type Target } from './measurement.ts'
import { listVaults } from './requests.ts'
import { spreadOf, written } from './statistics.ts'

/** Vaults in the register, and as many again of requests that are still kept. */
const VAULTS_COUNT = 10_000
const LIMIT_MS = 500
const REPEATS_COUNT = 10

/** What an operator or an auditor asks for; a search that finds nothing has to look at everything. */
const ASKED = {
  'a page of 50': () => listVaults('limit=50'),
  'a page of 100, by the oldest owner': () => listVaults('limit=100&owner=person.1@example.com'),
  'one ticket': () => listVaults('ticket=SEC-3'),
  'one preset': () => listVaults('limit=100&preset=payroll'),
  'one month': () => listVaults('limit=100&since=2026-01-01&until=2026-01-31'),
  'a word that is nowhere': () => listVaults('q=nowhere'),
  'all of it as CSV': () => listVaults('', 'text/csv'),
} as const

/** 9. How long the register takes to answer, one request after the other. */
export const register: Measurement = async (upstream) => {
  const folder = await newFolder()
  const worker = await filled(upstream, folder, VAULTS_COUNT, VAULTS_COUNT)
  const line = new Line(worker.url, 1)
  const table = []
  const targets: Target[] = []
  for (const [what, next] of Object.entries(ASKED)) {
    await line.send(2, next)
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { latencies } = await line.send(REPEATS_COUNT, next)
      rounds.push(...latencies)
    }
    const spread = spreadOf(rounds)
    table.push({ 'asked for': what, 'ms, median (least to most)': written(spread) })
    targets.push({ what: `the register: ${what}`, atMost: LIMIT_MS, reached: spread.median, unit: 'ms' })
  }
  line.close()
  await worker.stop()
  await rm(folder, { recursive: true })
  return [{ title: `The register, with ${2 * VAULTS_COUNT} vaults`, table, targets }]
}
