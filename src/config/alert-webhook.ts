import * as z from 'zod/mini'
import { hide } from './setting.ts'

/** `ALERT_WEBHOOK`: everyone who knows the address of an incoming webhook may post there, so it is a secret. */
export const AlertWebhook = z.pipe(
  z.string({ error: 'must be text' }).check(
    z.refine((text) => URL.parse(text)?.protocol === 'https:' && !/\s/.test(text), {
      error: 'must be an https address',
    }),
  ),
  hide,
)
