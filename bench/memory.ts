import { setTimeout as pause } from 'node:timers/promises'
import { type Contender, type Name, start } from './contenders.ts'
import { inspected } from './inspector.ts'
import { Line } from './load.ts'
import type { Measurement } from './measurement.ts'
import { memoryOf } from './process.ts'
import { keyedCreate } from './requests.ts'

const AFTER = [1_000, 10_000, 50_000] as const
const NAMES: readonly Name[] = ['floor', 'ours']
/** Milliseconds in which workerd may tidy up before its memory is read. */
const REST = 2_000
/** Milliseconds between two looks whether the garbage is collected. */
const PAUSE = 50
const MIB = 1_024 * 1_024

/**
 * 6. Memory: what the isolate still holds when its garbage is collected, which grows where something is kept for every
 * request, and what the process has taken from the system, most of which is workerd's and miniflare's own.
 */
export const memory: Measurement = async (upstream) => {
  const table = []
  for (const name of NAMES) {
    const contender = await start(name, upstream, { inspected: true })
    const line = new Line(contender.url, 20)
    const held: number[] = []
    const taken: number[] = []
    let sent = 0
    for (const total of AFTER) {
      await line.send(total - sent, () => keyedCreate('user id'))
      sent = total
      await pause(REST)
      taken.push(await memoryOf(contender.pid))
      held.push(await heapOf(contender, () => line.send(1, () => keyedCreate('user id'))))
    }
    line.close()
    await contender.stop()
    table.push(
      { name, what: 'held by the isolate', values: held },
      { name, what: 'taken by workerd', values: taken },
    )
  }
  return [
    {
      title: 'Memory, MiB',
      note: 'The isolate after a garbage collection; workerd as the operating system sees it, its simulated network and all.',
      table: table.map(({ name, what, values }) => ({
        Worker: name,
        what,
        ...Object.fromEntries(
          AFTER.map((count, index) => [`after ${count} requests`, values[index]?.toFixed(1) ?? '']),
        ),
        'growth from the second to the last': `${growth(values).toFixed(1)} %`,
      })),
      targets: table
        .filter(({ name, what }) => name === 'ours' && what === 'held by the isolate')
        .map(({ values }) => ({
          what: `growth of what the isolate holds between ${AFTER[1]} and ${AFTER[2]} requests`,
          atMost: 10,
          reached: growth(values),
          unit: '%',
        })),
    },
  ]
}

function growth([, early = Number.NaN, late = Number.NaN]: readonly number[]): number {
  return (late / early - 1) * 100
}

/** @returns MiB of everything that is still reachable, buffers and the platform's own objects included */
function heapOf(contender: Contender, wake: () => Promise<unknown>): Promise<number> {
  return inspected(contender, async (inspector) => {
    await inspector('HeapProfiler.enable')
    // what the first one finalizes, the second one frees
    for (let collections = 0; collections < 2; collections++) {
      const collected = inspector('HeapProfiler.collectGarbage').then(() => true)
      // workerd does it when the isolate has something to do again
      while (!(await Promise.race([collected, pause(PAUSE, false)]))) await wake()
    }
    const usage = (await inspector('Runtime.getHeapUsage')) as HeapUsage // as the protocol has it
    return (usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize) / MIB
  })
}

/** @see https://chromedevtools.github.io/devtools-protocol/tot/Runtime/#method-getHeapUsage */
type HeapUsage = {
  readonly usedSize: number
  readonly embedderHeapUsedSize: number
  readonly backingStorageSize: number
}
