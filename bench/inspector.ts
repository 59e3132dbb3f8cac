import { once } from 'node:events'
import type { Contender } from './contenders.ts'

/** Calls a method of the inspector's protocol: https://chromedevtools.github.io/devtools-protocol/tot/ */
export type Inspector = (method: string, params?: object) => Promise<unknown>

/** Looks into a Worker's isolate while something is done, and leaves it. */
export async function inspected<T>(
  { miniflare, name }: Contender,
  work: (inspector: Inspector) => Promise<T>,
): Promise<T> {
  const { host } = await miniflare.getInspectorURL()
  const socket = new WebSocket(`ws://${host}/core:user:${name}`)
  await once(socket, 'open')
  let calls = 0
  const call: Inspector = async (method, params = {}) => {
    const id = ++calls
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const listen = ({ data }: MessageEvent) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: unknown } // as the protocol has it
      if (message.id === id) resolve(message.result)
    }
    socket.addEventListener('message', listen)
    socket.send(JSON.stringify({ id, method, params }))
    const result = await promise
    socket.removeEventListener('message', listen)
    return result
  }
  try {
    return await work(call)
  } finally {
    socket.close()
  }
}
