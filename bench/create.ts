import { type Contender, type Kept, type Name, start } from './contenders.ts'
import type { Finding, Measurement, Target } from './measurement.ts'
import { keyedCreate } from './requests.ts'
import type { Upstream } from './start-upstream.ts'
import { ratioOf, spreadOf, written } from './statistics.ts'
import { type Load, type Rounds, takeTurns } from './turns.ts'

type Results = Readonly<Record<Name, Rounds>>
type Case = {
  readonly title: string
  readonly load: Load
  readonly targets?: (results: Results) => readonly Target[]
}

const NAMES = ['floor', 'plain', 'promise', 'ours'] as const
const usual: Load = {
  next: () => keyedCreate('user id'),
  connections: 20,
  count: 2_000,
  warmUp: 500,
  door: 'door',
}

const direct: readonly Case[] = [
  // the first load warms everything up
  { title: 'owner by user id, 20 connections', load: { ...usual, warmUp: 6_000 }, targets: cpuTargets },
  { title: 'owner by user id, 200 connections', load: { ...usual, connections: 200 } },
  {
    title: 'owner by e-mail address, 20 connections',
    load: { ...usual, next: () => keyedCreate('e-mail address') },
  },
]

const onDisk: readonly Case[] = [
  {
    title: 'the same through miniflare’s front Worker, with databases on this machine’s disk',
    load: { ...usual, door: 'url' },
    targets: diskTargets,
  },
]

const daily: readonly Case[] = [
  {
    title: 'owner by user id, 20 connections',
    load: { ...usual, count: 600, warmUp: 2_500 },
    targets: cpuTargets,
  },
]

/** Milliseconds that the slow upstream takes. */
const DELAY = 50

const slow: readonly Case[] = [
  { title: 'one caller', load: { ...usual, connections: 1, count: 30, warmUp: 10 } },
  { title: '20 connections', load: { ...usual, count: 400 }, targets: waitTargets },
  { title: '200 connections', load: { ...usual, connections: 200, count: 2_000 } },
]

/** 1. What a create costs, and how many there can be, with an upstream that answers at once. */
export const create: Measurement = async (upstream) => [
  ...(await race('A keyed create, warm', direct, upstream)),
  ...(await race('A keyed create, warm', onDisk, upstream, 'on disk')),
]

/** The one load that says how it stands, in less than two minutes. */
export const fast: Measurement = (upstream) => race('A keyed create, warm', daily, upstream)

/** 2. What a caller feels: the same with an upstream that takes its time. */
export const feel: Measurement = async (upstream) => {
  await upstream.slow(DELAY)
  try {
    return await race(`A keyed create, warm, upstream takes ${DELAY} ms`, slow, upstream)
  } finally {
    await upstream.slow(0)
  }
}

async function race(
  title: string,
  cases: readonly Case[],
  upstream: Upstream,
  kept?: Kept,
): Promise<Finding[]> {
  const contenders: Contender[] = []
  for (const name of NAMES) contenders.push(await start(name, upstream, { kept }))
  const findings: Finding[] = []
  for (const { title: how, load, targets } of cases) {
    const rounds = await takeTurns(contenders, load)
    // every name has run
    const results = Object.fromEntries([...rounds].map(([{ name }, values]) => [name, values])) as Results
    findings.push({
      title: `${title}: ${how}`,
      table: NAMES.map((name) => line(name, results)),
      ...(targets && { targets: targets(results) }),
    })
  }
  for (const contender of contenders) await contender.stop()
  return findings
}

function line(name: Name, results: Results) {
  const { cpu, perSecond, p50, p99 } = results[name]
  return {
    Worker: name,
    'CPU, ms each': written(spreadOf(cpu)),
    'CPU to promise': written(ratioOf(cpu, results.promise.cpu)),
    'CPU to plain': written(ratioOf(cpu, results.plain.cpu)),
    'each second': written(spreadOf(perSecond), 0),
    'p50, ms': written(spreadOf(p50), 1),
    'p99, ms': written(spreadOf(p99), 1),
    'p50 to floor': written(ratioOf(p50, results.floor.p50)),
  }
}

function cpuTargets({ ours, promise, plain }: Results): readonly Target[] {
  return [
    {
      what: 'CPU of a keyed create, warm, to the promise',
      atMost: 1.4,
      reached: ratioOf(ours.cpu, promise.cpu).median,
    },
    {
      what: 'CPU of a keyed create, warm, to the plain Worker',
      atMost: 1.1,
      reached: ratioOf(ours.cpu, plain.cpu).median,
    },
  ]
}

function diskTargets({ ours, promise }: Results): readonly Target[] {
  return [
    {
      what: 'the same with the front and databases on disk, to the promise',
      atMost: 1.3,
      reached: ratioOf(ours.cpu, promise.cpu).median,
    },
  ]
}

function waitTargets({ ours, floor }: Results): readonly Target[] {
  return [
    {
      what: 'p50 with a slow upstream and 20 connections, to the floor',
      atMost: 1.1,
      reached: ratioOf(ours.p50, floor.p50).median,
    },
  ]
}
