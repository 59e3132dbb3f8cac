import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { OUTPUT, wrangler } from './build.ts'
import { built } from './contenders.ts'
import { type Measurement, ROUNDS } from './measurement.ts'
import { spreadOf, written } from './statistics.ts'

const KIB = 1_024

/** 5. How large the bundle is, what each dependency adds to it, and how long it takes to start. */
export const size: Measurement = async () => {
  const { code, parts } = await built('ours')
  const packed = gzipSync(code).byteLength
  const bytes = Buffer.byteLength(code)
  const owners = Map.groupBy(Object.entries(parts), ([path]) => packageOf(path))
  const shares = [...owners].map(([owner, files]) => ({
    owner,
    bytes: files.reduce((sum, [, part]) => sum + part, 0),
  }))
  return [
    {
      title: 'Bundle',
      note: 'Minified bytes are exact. A part of a compressed file has no size of its own, so gzip is shared out in proportion.',
      table: [...shares.sort((a, b) => b.bytes - a.bytes), { owner: 'all', bytes }].map((share) => ({
        from: share.owner,
        'minified, KiB': (share.bytes / KIB).toFixed(1),
        'gzip, KiB': ((packed * (share.bytes / bytes)) / KIB).toFixed(1),
      })),
      targets: [{ what: 'bundle, gzip', atMost: 60, reached: packed / KIB, unit: 'KiB' }],
    },
    await startUp(),
  ]
}

function packageOf(path: string): string {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  return name ?? 'this project'
}

/** What Cloudflare measures at a deploy too, and refuses above a second. */
async function startUp() {
  const profile = join(OUTPUT, 'startup.cpuprofile')
  const active: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const said = await wrangler('check', 'startup', '--outfile', profile, '--args=--minify')
    active.push(Number(/Active: ([\d.]+) ms/.exec(said)?.[1]))
  }
  return {
    title: 'Start-up',
    note: '`wrangler check startup`; the platform allows 1,000 ms.',
    table: [{ 'active, ms': written(spreadOf(active), 1) }],
  }
}
