import { randomBytes } from 'node:crypto'

/** @returns a secret that nobody can guess: 256 bits, in characters that every header and every shell takes */
export function token(): string {
  return randomBytes(32).toString('base64url')
}

/** @returns one as Standard Webhooks writes it */
export function whsec(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
