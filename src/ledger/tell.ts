/** Where an outcome is told, beside a callback. */
export type Tell =
  /** as a comment in the ticket */
  | { readonly kind: 'ticket' }
  /** at an address that came with the request; it lets its holder post there, so it is kept sealed, in base64; `expiresAt`
   * is when it stops taking answers, in epoch milliseconds, if that is known */
  | { readonly kind: ReplyChannel; readonly to: string; readonly expiresAt: number | null }

/** A way to answer at an address that came with the request. */
export type ReplyChannel =
  | 'slack'
  | 'discord'
  | 'mattermost'
  | 'conductorone-step'
  | 'conductorone-automation'
