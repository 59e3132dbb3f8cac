import { setTimeout as pause } from 'node:timers/promises'
import type { Contender } from './contenders.ts'
import { Line, type Shot } from './load.ts'
import { ROUNDS } from './measurement.ts'
import { cpuOf } from './process.ts'
import { quantile } from './statistics.ts'

/** How requests are sent. */
export type Load = {
  /** makes one request */
  readonly next: () => Shot
  readonly connections: number
  /** requests in each round */
  readonly count: number
  /** requests before the first round, so that code is compiled, tokens are there and owners are known */
  readonly warmUp: number
  readonly door?: 'door' | 'url'
}

/** What was measured, one value for each round. */
export type Rounds = {
  /** milliseconds of workerd's CPU for each request */
  readonly cpu: number[]
  readonly perSecond: number[]
  /** milliseconds */
  readonly p50: number[]
  readonly p99: number[]
}

/** Milliseconds after a load in which what it left behind is still done, and belongs to it. */
const AFTERMATH = 200

/** Turns that each Worker has in a round: what slows a machine down for a second slows all of them down. */
const TURNS = 4

/** Lets Workers take turns under the same load, so that all of them have the same good and bad moments. */
export async function takeTurns(
  contenders: readonly Contender[],
  { next, connections, count, warmUp, door = 'url' }: Load,
): Promise<ReadonlyMap<Contender, Rounds>> {
  const lines = contenders.map((contender) => ({
    contender,
    line: new Line(contender[door], connections),
    rounds: { cpu: [], perSecond: [], p50: [], p99: [] } as Rounds,
  }))
  for (const { line } of lines) await line.send(warmUp, next)
  const each = Math.ceil(count / TURNS)
  for (let round = 0; round < ROUNDS; round++) {
    const sums = lines.map((line) => ({ ...line, cpu: 0, duration: 0, latencies: [] as number[] }))
    for (let turn = 0; turn < TURNS; turn++)
      // nobody is always the one behind the most greedy
      for (const sum of turn % 2 ? sums : sums.toReversed()) {
        await pause(AFTERMATH)
        const before = await cpuOf(sum.contender.pid)
        const { latencies, duration } = await sum.line.send(each, next)
        await pause(AFTERMATH)
        sum.cpu += (await cpuOf(sum.contender.pid)) - before
        sum.duration += duration
        sum.latencies.push(...latencies)
      }
    for (const { rounds, cpu, duration, latencies } of sums) {
      rounds.cpu.push(cpu / latencies.length)
      rounds.perSecond.push((latencies.length / duration) * 1_000)
      rounds.p50.push(quantile(latencies, 0.5))
      rounds.p99.push(quantile(latencies, 0.99))
    }
  }
  for (const { line } of lines) line.close()
  return new Map(lines.map(({ contender, rounds }) => [contender, rounds]))
}
