import { rm } from 'node:fs/promises'
import { type Contender, newFolder, start } from './contenders.ts'
import { Line } from './load.ts'
import type { Measurement, Target } from './measurement.ts'
import { keyedCreate, listRequests } from './requests.ts'
import type { Upstream } from './start-upstream.ts'
import { ratioOf, spreadOf, written } from './statistics.ts'
import { addRequests, addVaults } from './stored-requests.ts'
import { type Rounds, takeTurns } from './turns.ts'

const STORED = [0, 10_000, 100_000] as const
/** Creates that leave something in each of the 16 shards, whichever keys they have. */
const ENOUGH = 400

// the lists first, as creates add to the empty ledger
const WORK = {
  'a list of 50': listRequests,
  'a create': () => keyedCreate('user id'),
} as const

/** 7. Whether a create, or a list, gets slower when the ledger is full. One request after the other. */
export const ledger: Measurement = async (upstream) => {
  const contenders: Contender[] = []
  const folders: string[] = []
  for (const stored of STORED) {
    const folder = await newFolder()
    folders.push(folder)
    contenders.push(await filled(upstream, folder, stored))
  }
  const table = []
  const targets: Target[] = []
  for (const [what, next] of Object.entries(WORK)) {
    const turns = await takeTurns(contenders, { next, connections: 1, count: 300, warmUp: 300 })
    const [empty, ...others] = turns.values()
    if (!empty) continue
    table.push(...[empty, ...others].map((rounds, index) => line(what, STORED[index], rounds, empty)))
    const full = others.at(-1)
    if (full && what === 'a create')
      targets.push({
        what: `p50 of a create with ${STORED.at(-1)} stored requests, to an empty ledger`,
        atMost: 1.2,
        reached: ratioOf(full.p50, empty.p50).median,
      })
  }
  for (const contender of contenders) await contender.stop()
  for (const folder of folders) await rm(folder, { recursive: true })
  return [{ title: 'The ledger', table, targets }]
}

/** Starts a Worker whose ledger has that many requests already, and whose register that many vaults. */
export async function filled(
  upstream: Upstream,
  folder: string,
  count: number,
  vaults = 0,
): Promise<Contender> {
  const young = await start('ours', upstream, { folder })
  const connections = new Line(young.url, 20)
  await connections.send(ENOUGH, () => keyedCreate('user id'))
  connections.close()
  await young.stop()
  await addRequests(folder, count)
  if (vaults > 0) await addVaults(folder, vaults)
  return start('ours', upstream, { folder })
}

function line(what: string, stored: number | undefined, { p50, cpu }: Rounds, empty: Rounds) {
  return {
    call: what,
    'stored requests': stored ?? '',
    'p50, ms': written(spreadOf(p50)),
    'p50 to empty': written(ratioOf(p50, empty.p50)),
    'CPU, ms each': written(spreadOf(cpu)),
    'CPU to empty': written(ratioOf(cpu, empty.cpu)),
  }
}
