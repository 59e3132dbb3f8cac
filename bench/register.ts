import { rm } from 'node:fs/promises'
import { newFolder } from './contenders.ts'
import { filled } from './ledger.ts'
import { Line } from './load.ts'
import { type Measurement, ROUNDS, type Target } from './measurement.ts'
import { operatorReads } from './requests.ts'
import { spreadOf, written } from './statistics.ts'

/** Vaults in the register, and as many again of requests that are still kept. */
const VAULTS_COUNT = 10_000
const LIMIT_MS = 500
const REPEATS_COUNT = 10

/** What an operator or an auditor asks for; a search that finds nothing has to look at everything. */
const ASKED: Readonly<Record<string, readonly [path: string, accept?: string]>> = {
  'requests: the console’s first 50, with counts': ['/v1/requests?limit=50&counts=true'],
  'requests: an owner': ['/v1/requests?limit=50&q=person.1@example.com'],
  'requests: a ticket': ['/v1/requests?limit=50&ticket=sec-3'],
  'requests: a caller, a source and a month': [
    '/v1/requests?limit=50&caller=runbook&source=api&since=2026-11-01&until=2026-11-30',
  ],
  'requests: a word that is nowhere': ['/v1/requests?limit=50&q=nowhere'],
  'vaults: a page of 50': ['/v1/vaults?limit=50'],
  'vaults: a page of 100, by the oldest owner': ['/v1/vaults?limit=100&owner=person.1@example.com'],
  'vaults: one ticket': ['/v1/vaults?ticket=SEC-3'],
  'vaults: one preset': ['/v1/vaults?limit=100&preset=payroll'],
  'vaults: one month': ['/v1/vaults?limit=100&since=2026-01-01&until=2026-01-31'],
  'vaults: a word that is nowhere': ['/v1/vaults?q=nowhere'],
  'vaults: all of it as CSV': ['/v1/vaults', 'text/csv'],
}

/** 9. How long a full ledger and a full register take to answer, one request after the other. */
export const register: Measurement = async (upstream) => {
  const folder = await newFolder()
  const worker = await filled(upstream, folder, VAULTS_COUNT, VAULTS_COUNT)
  const line = new Line(worker.url, 1)
  const table = []
  const targets: Target[] = []
  for (const [what, [path, accept]] of Object.entries(ASKED)) {
    const next = () => operatorReads(path, accept)
    await line.send(2, next)
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { latencies } = await line.send(REPEATS_COUNT, next)
      rounds.push(...latencies)
    }
    const spread = spreadOf(rounds)
    table.push({ 'asked for': what, 'ms, median (least to most)': written(spread) })
    targets.push({ what: `a full ledger: ${what}`, atMost: LIMIT_MS, reached: spread.median, unit: 'ms' })
  }
  line.close()
  await worker.stop()
  await rm(folder, { recursive: true })
  return [
    {
      title: `What operators read, with ${VAULTS_COUNT} requests and ${VAULTS_COUNT} older vaults`,
      table,
      targets,
    },
  ]
}
