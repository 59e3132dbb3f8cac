import { randomBytes } from 'node:crypto'

const SECRET_BYTES = 32

/** Makes a secret of 256 random bits, in characters that every header and every shell takes. */
export function makeToken(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** Makes a secret in the form of Standard Webhooks. */
export function makeWhsec(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`
}

/** How a secret of each form is made. */
export const MAKERS = { whsec: makeWhsec, random: makeToken } as const
