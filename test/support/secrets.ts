import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Stage } from './stage.ts'
import { KEYS } from './worker.ts'

/** Characters in a row that are enough to call it a leak. */
const ENOUGH = 16
/** Runs of the characters that every secret consists of. */
const RUNS = /[\w-]{16,}/g
/** A signed assertion, or any other JWT. */
const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/

/** What a test must bring to have its secrets looked for. */
export type Secretive = Pick<Stage, 'credential'> & {
  readonly simulator: { readonly control: Pick<Stage['simulator']['control'], 'tokens'> }
}

/**
 * Collects every part, 16 characters long, of every access token that was issued, of the client secret and of the API
 * keys.
 *
 * @param stage whose secrets
 * @returns the parts
 */
async function partsOfSecrets({ credential, simulator }: Secretive): Promise<Set<string>> {
  const secret = credential.clientSecret.split(':').at(-1) ?? ''
  const secrets = [...(await simulator.control.tokens()), secret, ...Object.values(KEYS)]
  // a secret of other characters would not be found in a run
  expect(secrets.join('')).toMatch(/^[\w-]+$/)
  return new Set(secrets.flatMap(windows))
}

function windows(text: string): string[] {
  const count = Math.max(0, text.length - ENOUGH + 1)
  return Array.from({ length: count }, (_, start) => text.slice(start, start + ENOUGH))
}

/**
 * No log line and no answer so far holds a token, the client secret, an API key or an assertion.
 *
 * @param stage what was running
 */
export async function expectNoSecrets(stage: Secretive & Pick<Stage, 'worker'>): Promise<void> {
  const { logs, answers } = stage.worker
  expect(logs.length).toBeGreaterThan(0)
  await expectNoneIn([...logs, ...answers].join('\n'), stage)
}

/**
 * No file of a folder holds one either.
 *
 * @param folder where a Worker keeps its state
 * @param stage whose secrets
 */
export async function expectNoSecretsOnDisk(folder: string, stage: Secretive): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
  await expectNoneIn(Buffer.concat(contents).toString('latin1'), stage)
}

/** Looks up each window of the text, as searching it for each of thousands of parts takes seconds. */
async function expectNoneIn(text: string, stage: Secretive): Promise<void> {
  const parts = await partsOfSecrets(stage)
  expect(parts.size).toBeGreaterThan(0)
  const found: string[] = []
  for (const [run] of text.matchAll(RUNS)) found.push(...windows(run).filter((part) => parts.has(part)))
  expect(found).toEqual([])
  expect(JWT.exec(text)?.[0]).toBeUndefined()
}
