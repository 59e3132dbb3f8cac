import type { Secret } from './secret.ts'

/** An access token (RFC 6749, section 1.4) and its life in epoch milliseconds. */
export type AccessToken = {
  readonly value: Secret
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * The access token of a good answer. It must be one that a header can carry (RFC 6750, section 2.1), so that no part of
 * an answer becomes a second header.
 */
export const ACCESS_TOKEN = /^[\x21-\x7e]{1,16384}$/
