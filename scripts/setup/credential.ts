import { ClientId, ClientSecret } from '../../src/config/credentials.ts'
import type { Settings } from '../deployment/settings-file.ts'
import type { Environment } from './environment.ts'
import type { Flags } from './flags.ts'
import type { Questions } from './questions.ts'

/**
 * Asks for the credential.
 *
 * @returns the credential and where its tenant is, as settings, and whether its tokens are bound to a key (RFC 9449)
 */
export async function askCredential(
  questions: Questions,
  flags: Flags,
  env: Environment,
  vars: Readonly<Record<string, unknown>>,
): Promise<{ settings: Settings; dpop: 'off' | 'required' }> {
  const baseUrl = flags['base-url'] ?? (env.CONDUCTORONE_BASE_URL || undefined)
  const settings = {
    CONDUCTORONE_CLIENT_ID: await questions.ask({
      text: 'What is the client id of the credential, such as clever-fox-42195@acme.conductor.one/spc?',
      given: flags['client-id'] ?? (env.CONDUCTORONE_CLIENT_ID || undefined),
      source: env.CONDUCTORONE_CLIENT_ID && !flags['client-id'] ? 'CONDUCTORONE_CLIENT_ID' : '--client-id',
      fault: (answer) => ClientId.safeParse(answer).error?.issues[0]?.message,
    }),
    CONDUCTORONE_CLIENT_SECRET: await questions.ask({
      text: 'What is its client secret, which begins with secret-token?',
      given: env.CONDUCTORONE_CLIENT_SECRET || undefined,
      source: 'CONDUCTORONE_CLIENT_SECRET in the environment',
      hidden: true,
      fault: (answer) => ClientSecret.safeParse(answer).error?.issues[0]?.message,
    }),
    ...(baseUrl !== undefined && { CONDUCTORONE_BASE_URL: baseUrl }),
  }
  const isBound = await questions.isSo(
    'Was it made with "Require DPoP"?',
    flags.dpop,
    '--dpop',
    vars.CONDUCTORONE_DPOP === 'required',
  )
  return { settings, dpop: isBound ? 'required' : 'off' }
}
