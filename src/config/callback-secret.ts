import * as z from 'zod/mini'
import { SENDERS } from './senders.ts'
import { hide } from './setting.ts'

const PREFIX = 'whsec_'

/** The configuration `CALLBACK_SECRET`, which signs results, without its prefix. */
export const CallbackSecret = z.pipe(
  z.pipe(
    z.string().check(
      z.refine((text) => text.startsWith(PREFIX) && SENDERS.standard.secret.pattern.test(text), {
        error: 'must be whsec_ followed by the base64 of 24 to 64 random bytes',
      }),
    ),
    z.transform((text: string) => text.slice(PREFIX.length)),
  ),
  hide,
)
