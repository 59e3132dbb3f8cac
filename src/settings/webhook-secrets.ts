import * as z from 'zod/mini'
import { hide, Name, objectOrJson, oneOrMore, secret } from './setting.ts'

/** Secrets out of the vendors' documentation and test buttons: anyone can sign with them. */
const PUBLISHED = [
  'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
  "It's a Secret to Everybody",
  '8f742231b10e8888abcd99yyyzzz85a5',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
]

const WebhookSecret = z.pipe(
  secret(8).check(
    z.refine((text) => !PUBLISHED.includes(text), {
      error: 'is a secret from the sender’s documentation, with which anyone can sign; make one of your own',
    }),
  ),
  hide,
)

/** The configuration `WEBHOOK_SECRETS`: a sender without a secret does not exist. */
export const WebhookSecrets = objectOrJson(
  z.record(Name, oneOrMore(WebhookSecret), { error: 'must be an object of sender names and their secrets' }),
)

/** The configuration `CALLBACK_SECRET`, without its prefix: what signs results. */
export const CallbackSecret = z.pipe(
  z.pipe(
    z.string().check(
      z.regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
        error: 'must be whsec_ followed by the base64 of 24 to 64 random bytes',
      }),
    ),
    z.transform((text: string) => text.slice('whsec_'.length)),
  ),
  hide,
)
