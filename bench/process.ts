import { readdir, readFile } from 'node:fs/promises'

/** Milliseconds of one clock tick; Linux has a hundred in a second on every machine. */
const TICK = 10

/**
 * @param pid a running process
 * @returns milliseconds of CPU that all of its threads have used so far, in user and kernel mode: proc(5), `stat`
 */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // the name, in brackets, may hold spaces; utime and stime are the 12th and 13th of what is behind it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

/**
 * @param pid a running process
 * @returns MiB of memory that it holds: proc(5), `status`, `VmRSS`
 */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024
}

/** @returns the ids of this process's own children that run workerd */
export async function workerds(): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(ids.map(async (id) => ((await isOurWorkerd(id)) ? [Number(id)] : [])))
  return found.flat()
}

async function isOurWorkerd(id: string): Promise<boolean> {
  // a process may end while it is looked at
  const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? []
  return name === 'workerd' && Number(parent) === process.pid
}
