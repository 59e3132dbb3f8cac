import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'

/** The file that secrets are written to. */
export type Target = { readonly path: string; readonly kind: 'dev-vars' | 'secrets-file' }

/** Chooses the file that the secrets are written to: the one that a flag names, or the one that the person chooses. */
export async function chooseTarget(flags: Flags, questions: Questions): Promise<Target> {
  const devVars: Target = { path: join(dirname(flags.config), '.dev.vars'), kind: 'dev-vars' }
  const given = flags['secrets-file']
  if (given !== undefined) return { path: given, kind: 'secrets-file' }
  if (flags['dev-vars']) return devVars
  const place = await questions.ask({
    text: 'Do you want to try it on this machine, or get ready to deploy it?',
    hint: 'dev or deploy',
    given: undefined,
    source: '--secrets-file',
    fallback: 'dev',
    fault: (answer) => (/^(dev|deploy)$/.test(answer) ? undefined : 'must be dev or deploy'),
  })
  return place === 'dev'
    ? devVars
    : { path: join(dirname(flags.config), '.secrets.json'), kind: 'secrets-file' }
}

/** Says why a file must not be written there; undefined if it may. */
export async function findObstacle(
  { path }: Target,
  { replace }: Flags,
  questions: Questions,
): Promise<string | undefined> {
  if (!existsSync(dirname(resolve(path)))) return `There is no folder ${dirname(path)}.`
  if (wouldBeCommitted(path))
    return `git would take ${path} into the repository: name it in .gitignore, or choose a place outside.`
  if (!existsSync(path) || replace) return undefined
  const text = `${path} is there, with secrets that may exist nowhere else. Replace it? To add a caller or a sender to it, use --add instead.`
  return (await questions.isSo(text, undefined, '--replace'))
    ? undefined
    : `${path} is there; it stays as it is. To add a caller or a sender to it, use --add; to replace it, --replace.`
}

/** Asks git, whose status is 1 for a file that it doesn't ignore; any other means no repository, or no git. */
function wouldBeCommitted(path: string): boolean {
  const { status } = spawnSync('git', ['check-ignore', '-q', basename(path)], { cwd: dirname(resolve(path)) })
  return status === 1
}
