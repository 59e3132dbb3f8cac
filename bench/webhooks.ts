import { setTimeout as pause } from 'node:timers/promises'
import { start } from './contenders.ts'
import { type Delivery, deliveries, webhookKey } from './deliveries.ts'
import { Line, type Shot } from './load.ts'
import { type Measurement, ROUNDS } from './measurement.ts'
import { cpuOf } from './process.ts'
import type { Upstream } from './start-upstream.ts'
import { quantile, spreadOf, written } from './statistics.ts'

const CONNECTIONS = 20
/** Deliveries of each source in each round. */
const COUNTS = { 'a vault': 100, help: 500, 'a test': 500 } as const
/** Milliseconds that the background runs behind them may take. */
const PATIENCE = 60_000

/** How many deliveries that ask for a vault come in a second, and for how many seconds. */
const PACE = { perSecond: 50, seconds: 4 } as const

/** 300 a second: twice what it was when a Workflow made each attempt. */
const MAX_MS_FOR_EACH = 3.3

type Row = {
  readonly perSecond: number[]
  /** with all vaults made */
  readonly donePerSecond: number[]
  readonly p99: number[]
  readonly cpu: number[]
}

/** 4. How many deliveries are answered, for each source, and what one costs with the background run behind it. */
export const webhooks: Measurement = async (upstream) => {
  await upstream.publish(webhookKey)
  const { url, pid, stop } = await start('ours', upstream)
  const line = new Line(url, CONNECTIONS)
  const rows = new Map(
    deliveries.map((delivery): [Delivery, Row] => [
      delivery,
      { perSecond: [], donePerSecond: [], p99: [], cpu: [] },
    ]),
  )
  // the first round warms up
  for (let round = 0; round <= ROUNDS; round++)
    for (const [delivery, row] of rows) {
      const count = COUNTS[delivery.asks]
      const shots = await Promise.all(Array.from({ length: count }, () => delivery.next(url)))
      await upstream.calls()
      const before = await cpuOf(pid)
      const startedAt = performance.now()
      const { latencies, duration } = await line.send(count, () => taken(shots))
      if (delivery.asks === 'a vault') await made(upstream, count)
      const doneAt = performance.now()
      if (round === 0) continue
      row.cpu.push(((await cpuOf(pid)) - before) / count)
      row.perSecond.push((count / duration) * 1_000)
      row.donePerSecond.push((count / (doneAt - startedAt)) * 1_000)
      row.p99.push(quantile(latencies, 0.99))
    }
  line.close()
  const [ticket] = deliveries.filter(({ asks }) => asks === 'a vault')
  const paced = ticket ? await pace(ticket, url, upstream) : []
  await stop()
  const asking = [...rows].filter(([{ asks }]) => asks === 'a vault').flatMap(([, row]) => row.donePerSecond)
  return [
    {
      title: 'Webhook deliveries',
      note:
        `${CONNECTIONS} connections. If a vault is asked for, the ledger makes it behind the answer. No one is told here, ` +
        'so no Workflow is started.',
      table: [...rows].map(([{ source, asks }, { perSecond, donePerSecond, p99, cpu }]) => ({
        source,
        'asks for': asks,
        'answered each second': written(spreadOf(perSecond), 0),
        'done each second': written(spreadOf(donePerSecond), 0),
        'p99, ms': written(spreadOf(p99), 1),
        'CPU with the vault, ms each': written(spreadOf(cpu)),
      })),
      targets: [
        {
          what: `p99 of a delivery that asks for a vault, at ${PACE.perSecond} a second`,
          atMost: 100,
          reached: spreadOf(paced).median,
          unit: 'ms',
        },
        {
          what: 'time for each delivery that asks for a vault, until all are made',
          atMost: MAX_MS_FOR_EACH,
          reached: 1_000 / spreadOf(asking).median,
          unit: 'ms',
        },
      ],
    },
  ]
}

/** Measures how long deliveries wait for their answer at a steady pace, with the runs behind them. */
async function pace(delivery: Delivery, url: URL, upstream: Upstream): Promise<number[]> {
  const count = PACE.perSecond * PACE.seconds
  const line = new Line(url, count)
  const p99: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const shots = await Promise.all(Array.from({ length: count }, () => delivery.next(url)))
    await upstream.calls()
    p99.push(quantile(await line.pace(count, PACE.perSecond, () => taken(shots)), 0.99))
    await made(upstream, count)
  }
  line.close()
  return p99
}

function taken(shots: Shot[]): Shot {
  const next = shots.pop()
  if (!next) throw new Error('more deliveries were sent than were made')
  return next
}

/** Waits until so many vaults were made, so that no source pays for another one's work. */
async function made(upstream: Upstream, count: number): Promise<void> {
  const until = Date.now() + PATIENCE
  for (let vaults = 0; vaults < count; vaults += (await upstream.calls()).create) {
    if (Date.now() > until) throw new Error(`${vaults} of ${count} vaults were made in time`)
    await pause(50)
  }
}
