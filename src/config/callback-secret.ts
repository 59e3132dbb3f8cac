import * as z from 'zod/mini'
import { hide } from './setting.ts'

/** The configuration `CALLBACK_SECRET`, which signs results, without its prefix. */
export const CallbackSecret = z.pipe(
  z.pipe(
    z.string().check(
      z.regex(
        /^whsec_(?=[A-Za-z0-9+/]{32,86}=*$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
        {
          error: 'must be whsec_ followed by the base64 of 24 to 64 random bytes',
        },
      ),
    ),
    z.transform((text: string) => text.slice('whsec_'.length)),
  ),
  hide,
)
