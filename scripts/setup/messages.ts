import type { Senders } from './senders.ts'
import type { Target } from './target.ts'
import { lineOf, type Var } from './wrangler-vars.ts'

/** What a person is told before the first question. */
export const BEGINNING = `What you need: the credential of a ConductorOne service principal that is a Super Administrator. In ConductorOne, under
Directory, Service principals: create the service principal, give it that role, and on its tab Credentials create a
credential with full permissions and without source IPs. The client id and the client secret are shown once.

Enter takes what stands in brackets, commas separate names, Ctrl-C leaves. Nothing is written before it is checked.

`

/** @returns what became of settings that belong into `wrangler.toml` */
export function varsText(file: string, vars: readonly Var[], isWritten: boolean): string {
  const lines = vars.map((setting) => `  [${setting.table}] ${lineOf(setting)}\n`).join('')
  return isWritten
    ? `${file} now says:\n${lines}`
    : `${file} is written in an unexpected way and was left alone. Put these in yourself:\n${lines}`
}

/** @returns the keys, which are never shown again */
export function keysText(keys: ReadonlyMap<string, string>): string {
  if (keys.size === 0) return ''
  const width = Math.max(...[...keys.keys()].map((name) => name.length))
  const lines = [...keys].map(([name, key]) => `  ${name.padEnd(width)}  ${key}\n`).join('')
  return `\nThe API keys, which are shown only now:\n${lines}`
}

/** @returns what is still to be done at the senders */
export function sendersText({ made, later }: Senders, { path }: Target): string {
  if (made.length + later.length === 0) return ''
  const lines = [
    ...made.map((sender) => `  ${sender}: put its secret, which stands in ${path}, into the webhook there\n`),
    ...later.map(
      (sender) =>
        `  ${sender}: make the webhook there, and add the secret that it shows to WEBHOOK_SECRETS\n`,
    ),
  ]
  return `\nSenders (docs/recipes has a page for each):\n${lines.join('')}`
}

/** @returns what to do now */
export function nextText({ kind, path }: Target): string {
  return kind === 'dev-vars'
    ? `
Next:
  npm run dev       runs it on this machine, for the real tenant
  npm run doctor    looks at it again
  npm run setup -- --secrets-file .secrets.json
                    gets ready to deploy it, with keys of its own
`
    : `
Next:
  npx wrangler login
  npm run deploy -- --secrets-file ${path}
                    puts it on Cloudflare and prints its address
  npm run doctor -- --secrets-file ${path} --url https://…
                    looks at it there
Cloudflare keeps the secrets through later deploys and shows them to nobody. Put the file into a password manager, and
delete it here.
`
}
