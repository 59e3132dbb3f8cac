import type { Added, Kind } from './add.ts'
import type { Senders } from './senders.ts'
import type { Target } from './target.ts'
import { lineOf, type Var } from './wrangler-vars.ts'

/** How setup ends if it has not written anything. */
export const NOTHING_WRITTEN = 'Nothing was written.\n'

/** What a person reads before the first question. */
export const INTRODUCTION = `You need the credential of a ConductorOne service principal that is a Super Administrator. In ConductorOne, under Directory > Service principals, create the service principal and give it that role. On its Credentials tab, create a credential with full permissions and without source IPs. Its client id and client secret are shown once.

Each question says what Enter does. Ctrl-C leaves. Everything is checked before it is written.
`

/** Says what was added to a settings file, and the one command that installs it. */
export function addedText(kind: Kind, name: string, path: string, { changed, made }: Added): string {
  const what = kind === 'sender' ? `the secret of ${name}` : `the ${kind} ${name}`
  const shown =
    made === undefined
      ? ''
      : `\n${kind === 'sender' ? 'Put this secret into its webhook' : 'Its API key, shown only now'}:\n\n  ${made}\n`
  const page = kind === 'sender' ? ` docs/recipes has the next steps.` : ''
  return `${path} now has ${what}, in ${changed}.\n${shown}\n${installText(path)}${page}\n`
}

function installText(path: string): string {
  return path.endsWith('.dev.vars')
    ? 'npm run dev reads it when it starts again.'
    : `Install it with\n\n  npx wrangler secret bulk ${path}\n\nThen put the file back into the password manager.`
}

/** Says what was done with settings that belong in `wrangler.toml`. */
export function varsText(file: string, vars: readonly Var[], isWritten: boolean): string {
  const lines = vars.map((setting) => `  [${setting.table}] ${lineOf(setting)}\n`).join('')
  return isWritten
    ? `${file} now says:\n${lines}`
    : `${file} is written in an unexpected way and was left alone. Put these in yourself:\n${lines}`
}

/** Shows the API keys, which are never shown again. */
export function keysText(keys: ReadonlyMap<string, string>): string {
  if (keys.size === 0) return ''
  const width = Math.max(...[...keys.keys()].map((name) => name.length))
  const lines = [...keys].map(([name, key]) => `  ${name.padEnd(width)}  ${key}\n`).join('')
  return `\nThe API keys, shown only now:\n${lines}`
}

/** Says what is left to do at the senders. */
export function sendersText({ made, later }: Senders, { path }: Target): string {
  if (made.length + later.length === 0) return ''
  const lines = [
    ...made.map((sender) => `  ${sender}: put its secret, which is in ${path}, into its webhook\n`),
    ...later.map(
      (sender) => `  ${sender}: make its webhook, then run npm run setup -- --add sender ${sender}\n`,
    ),
  ]
  return `\nSenders (docs/recipes has a page for each):\n${lines.join('')}`
}

/** Names the next commands. */
export function nextText({ kind, path }: Target): string {
  return kind === 'dev-vars'
    ? `
Next:
  npm run dev       runs it on this machine, towards the real tenant
  npm run doctor    checks it again
  npm run setup -- --secrets-file .secrets.json
                    gets ready to deploy it, with keys of its own
`
    : `
Next:
  npx wrangler login
  npm run deploy -- --secrets-file ${path}
                    puts it on Cloudflare and prints its address
  npm run doctor -- --secrets-file ${path} --url https://…
                    checks it there
Cloudflare keeps the secrets through later deploys, and shows them to no one.
Keep the file in a password manager, and delete it here.
`
}
