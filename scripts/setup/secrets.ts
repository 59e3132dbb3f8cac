import { randomBytes } from 'node:crypto'

const SECRET_BYTES = 32

/** @returns a secret of 256 random bits, in characters that every header and every shell takes */
export function token(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** @returns a secret in the form of Standard Webhooks */
export function whsec(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`
}

/** How a secret of each form is made. */
export const MAKERS = { whsec, random: token } as const
