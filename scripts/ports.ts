import { createServer } from 'node:net'

const MAX_PORT = 65_535

/** The ports of the Worker and of the simulator; 0 lets the system choose. */
export type Ports = { readonly worker: number; readonly simulator: number }

/**
 * Reads the ports from the environment.
 *
 * @returns the ports, or what is wrong with them in one line
 */
export function readPorts(env: Readonly<Record<string, string | undefined>>): Ports | string {
  const ports = { worker: numberOf(env.PORT, 8787), simulator: numberOf(env.SIMULATOR_PORT, 8788) }
  if (ports.worker === undefined)
    return `PORT is ${JSON.stringify(env.PORT)}, and must be a number up to ${MAX_PORT}.`
  if (ports.simulator === undefined)
    return `SIMULATOR_PORT is ${JSON.stringify(env.SIMULATOR_PORT)}, and must be a number up to ${MAX_PORT}.`
  if (ports.worker === ports.simulator && ports.worker !== 0)
    return `PORT and SIMULATOR_PORT are both ${ports.worker}: each needs its own.`
  return { worker: ports.worker, simulator: ports.simulator }
}

/** Says in one line which port is taken; undefined if both are free. */
export async function takenPort({ worker, simulator }: Ports): Promise<string | undefined> {
  for (const [name, port] of [
    ['PORT', worker],
    ['SIMULATOR_PORT', simulator],
  ] as const)
    if (port !== 0 && !(await isFree(port)))
      return `Port ${port} is taken. Name another, for example: ${name}=${port + 1_000} npm start`
  return undefined
}

function numberOf(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined || text === '') return fallback
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT ? Number(text) : undefined
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
