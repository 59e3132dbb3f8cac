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
  for (let round = 0; round < ROUNDS; round++)
    // nobody is always the one behind the most greedy
    for (const { contender, line, rounds } of round % 2 ? lines : lines.toReversed()) {
      await pause(AFTERMATH)
      const before = await cpuOf(contender.pid)
      const { latencies, duration } = await line.send(count, next)
      await pause(AFTERMATH)
      rounds.cpu.push(((await cpuOf(contender.pid)) - before) / count)
      rounds.perSecond.push((count / duration) * 1_000)
      rounds.p50.push(quantile(latencies, 0.5))
      rounds.p99.push(quantile(latencies, 0.99))
    }
  for (const { line } of lines) line.close()
  return new Map(lines.map(({ contender, rounds }) => [contender, rounds]))
}
