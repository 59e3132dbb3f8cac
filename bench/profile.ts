import { type Contender, readable, start } from './contenders.ts'
import { type CpuProfile, linesOf, shares } from './cpu-profile.ts'
import { inspected } from './inspector.ts'
import { Line } from './load.ts'
import type { Measurement } from './measurement.ts'
import { keyedCreate } from './requests.ts'

const WARM_UP = 4_000
const COUNT = 4_000
/** Microseconds between two samples. */
const INTERVAL = 200
/** Functions that are shown. */
const MOST = 20

/**
 * Where the time of a keyed create goes inside the isolate, by V8's sampling profiler. What workerd does outside of
 * JavaScript (HTTP, SQLite's commits, the calls between a Worker and a Durable Object) is one line of it.
 */
export const profile: Measurement = async (upstream) => {
  const contender = await start('ours', upstream, { inspected: true, build: await readable() })
  const line = new Line(contender.door, 20)
  const load = (count: number) => line.send(count, () => keyedCreate('user id'))
  await load(WARM_UP)
  const taken = await profiled(contender, () => load(COUNT))
  line.close()
  await contender.stop()
  const { places, functions } = shares(taken, linesOf((await readable()).code))
  return [
    {
      title: 'Profile of a keyed create, warm: by place',
      note: 'Per cent of the time in which the isolate was busy. Platform calls are counted for whoever makes them.',
      table: places.map(({ place, own, calls }) => ({
        place,
        'own code': own.toFixed(1),
        'platform calls that it makes': calls.toFixed(1),
      })),
    },
    {
      title: 'Profile of a keyed create, warm: the heaviest functions',
      table: functions
        .slice(0, MOST)
        .map(({ name, place, share }) => ({ function: name, place, 'per cent': share.toFixed(1) })),
    },
  ]
}

/** @see https://chromedevtools.github.io/devtools-protocol/tot/Profiler/ */
function profiled(contender: Contender, work: () => Promise<unknown>): Promise<CpuProfile> {
  return inspected(contender, async (inspector) => {
    await inspector('Profiler.enable')
    await inspector('Profiler.setSamplingInterval', { interval: INTERVAL })
    await inspector('Profiler.start')
    await work()
    const { profile } = (await inspector('Profiler.stop')) as { profile: CpuProfile } // as the protocol has it
    return profile
  })
}
