import type { Credentials } from '../config/credentials.ts'

/** Says in one line what to do with a vault that was made. */
export function nextStep({ credentials }: { readonly credentials: Pick<Credentials, 'host'> }): string {
  return (
    'Next: the vault is empty until a connector saves into it. ' +
    `At https://${credentials.host}, choose it in the app’s provisioning settings, Password storage > Save to vault.`
  )
}
