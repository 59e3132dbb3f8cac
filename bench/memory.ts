import { setTimeout as pause } from 'node:timers/promises'
import { type Name, start } from './contenders.ts'
import { Line } from './load.ts'
import type { Measurement } from './measurement.ts'
import { memoryOf } from './process.ts'
import { keyedCreate } from './requests.ts'

const AFTER = [1_000, 10_000, 50_000] as const
const NAMES: readonly Name[] = ['floor', 'ours']
/** Milliseconds in which workerd may tidy up before its memory is read. */
const REST = 2_000

/** 6. The memory of workerd: whether something grows with every request. */
export const memory: Measurement = async (upstream) => {
  const table = []
  for (const name of NAMES) {
    const { url, pid, stop } = await start(name, upstream)
    const line = new Line(url, 20)
    const held: number[] = []
    let sent = 0
    for (const total of AFTER) {
      await line.send(total - sent, () => keyedCreate('user id'))
      sent = total
      await pause(REST)
      held.push(await memoryOf(pid))
    }
    line.close()
    await stop()
    table.push({ name, held })
  }
  const growth = ([, early = Number.NaN, late = Number.NaN]: readonly number[]) => (late / early - 1) * 100
  return [
    {
      title: 'Memory of workerd, MiB',
      table: table.map(({ name, held }) => ({
        Worker: name,
        ...Object.fromEntries(
          AFTER.map((count, index) => [`after ${count} requests`, held[index]?.toFixed(0) ?? '']),
        ),
        'growth from the second to the last': `${growth(held).toFixed(1)} %`,
      })),
      targets: table
        .filter(({ name }) => name === 'ours')
        .map(({ held }) => ({
          what: `growth of memory between ${AFTER[1]} and ${AFTER[2]} requests`,
          atMost: 10,
          reached: growth(held),
          unit: '%',
        })),
    },
  ]
}
