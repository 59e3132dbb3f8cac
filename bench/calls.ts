import { rm } from 'node:fs/promises'
import { type Contender, newFolder, start } from './contenders.ts'
import { Line } from './load.ts'
import type { Measurement } from './measurement.ts'
import { keyedCreate, type Owner } from './requests.ts'
import type { Calls } from './start-upstream.ts'

const AT_ONCE = 1_000

/** 3. What the upstream is asked for a create: with nothing known yet, with what memory or KV knows, and all at once. */
export const calls: Measurement = async (upstream) => {
  const scenes: { when: string; calls: Calls }[] = []
  const see = async (when: string, contender: Contender, owner: Owner, count = 1) => {
    await upstream.calls()
    await send(contender, owner, count)
    const seen = { when, calls: await upstream.calls() }
    scenes.push(seen)
    return seen.calls
  }
  const kept = await newFolder()
  const first = await start('ours', upstream, { folder: kept })
  await see('cold, by user id', first, 'user id')
  const warm = await see('warm memory, by user id', first, 'user id')
  await see('token warm, by e-mail address for the first time', first, 'e-mail address')
  await see('warm memory, by e-mail address', first, 'e-mail address')
  await first.stop()
  const second = await start('ours', upstream, { folder: kept })
  await see('warm KV, by user id', second, 'user id')
  await second.stop()
  await rm(kept, { recursive: true })

  const crowded = await start('ours', upstream)
  const crowd = await see(`cold, ${AT_ONCE} at once, by e-mail address`, crowded, 'e-mail address', AT_ONCE)
  await crowded.stop()

  const plain = await start('plain', upstream)
  await send(plain, 'user id', 1)
  await see('plain Worker, by user id', plain, 'user id')
  await see('plain Worker, by e-mail address', plain, 'e-mail address')
  await plain.stop()

  return [
    {
      title: 'Calls upstream',
      table: scenes.map(({ when, calls: { token, users, create } }) => ({
        when,
        'token exchanges': token,
        'user searches': users,
        creates: create,
      })),
      targets: [
        {
          what: 'calls upstream for a warm create',
          atMost: 1,
          reached: warm.token + warm.users + warm.create,
        },
        { what: `token exchanges for ${AT_ONCE} requests at once, cold`, atMost: 1, reached: crowd.token },
      ],
    },
  ]
}

async function send({ url }: Contender, owner: Owner, count: number): Promise<void> {
  const line = new Line(url, count)
  await line.send(count, () => keyedCreate(owner))
  line.close()
}
