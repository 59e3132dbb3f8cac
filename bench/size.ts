import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundle, bundled, WITHOUT_AGENTS } from '../test/support/bundle.ts'
import { OUTPUT, wrangler } from './build.ts'
import { built } from './contenders.ts'
import { type Measurement, ROUNDS } from './measurement.ts'
import { ratioOf, spreadOf, written } from './statistics.ts'

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
      targets: [
        { what: 'bundle, gzip', atMost: 180, reached: packed / KIB, unit: 'KiB' },
        {
          what: 'bundle, gzip, without the agents’ route',
          atMost: 100,
          reached: gzipSync(await withoutAgents()).byteLength / KIB,
          unit: 'KiB',
        },
      ],
    },
    await startUp(),
  ]
}

function packageOf(path: string): string {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  return name ?? 'this project'
}

async function withoutAgents(): Promise<string> {
  await bundle('without-agents')
  return bundled('without-agents')
}

/** What Cloudflare measures at a deploy too, and refuses above a second; with and without what agents need. */
async function startUp() {
  const whole: number[] = []
  const rest: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    whole.push(await activeMs())
    rest.push(await activeMs(WITHOUT_AGENTS))
  }
  return {
    title: 'Start-up',
    note: '`wrangler check startup`; the platform allows 1,000 ms.',
    table: [
      { Worker: 'whole', 'active, ms': written(spreadOf(whole), 1) },
      { Worker: 'without the agents’ route', 'active, ms': written(spreadOf(rest), 1) },
    ],
    targets: [
      {
        what: 'start-up, to one without the agents’ route',
        atMost: 1.2,
        reached: ratioOf(whole, rest).median,
      },
    ],
  }
}

async function activeMs(options: readonly string[] = []): Promise<number> {
  const profile = join(OUTPUT, 'startup.cpuprofile')
  const args = ['--minify', ...options].join(' ')
  const report = await wrangler('check', 'startup', '--outfile', profile, `--args=${args}`)
  return Number(/Active: ([\d.]+) ms/.exec(report)?.[1])
}
