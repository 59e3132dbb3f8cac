import * as z from 'zod/mini'
import { Secret } from '../lib/secret.ts'
import { hide, objectOrJson, oneOrMore, secret } from './setting.ts'

/** What the secrets in the vendors' documentation and test buttons begin with: anyone can sign with those. */
const PUBLISHED = ['dGhpc19zZWNyZXR', "It's a Secret", '8f742231b10e8', 'whsec_MfKQ9r8GK', 'lDQHScfUeXUKa']

const WebhookSecret = z.pipe(
  secret(8).check(
    z.refine((text) => !PUBLISHED.some((beginning) => text.startsWith(beginning)), {
      error: 'is a secret from the sender’s documentation, with which anyone can sign; make one of your own',
    }),
  ),
  hide,
)

/** What Standard Webhooks calls a key: 16 bytes at the very least. */
const STANDARD_KEY =
  /^(?:whsec_|whpk_)?(?=.{22})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Every sender that may have a secret. */
const senders = [
  'standard',
  'github',
  'gitlab',
  'jira',
  'zendesk',
  'linear',
  'pagerduty',
  'slack',
  'teams',
  'discord',
  'mattermost',
  'conductorone',
] as const

/** The configuration `WEBHOOK_SECRETS`: a sender without a secret does not exist. */
export const WebhookSecrets = objectOrJson(
  z
    .partialRecord(z.enum(senders), oneOrMore(WebhookSecret), {
      error: 'must be an object of sender names and their secrets',
    })
    .check(
      z.superRefine(({ standard = [] }, context) => {
        // what has a fault already is no secret yet
        for (const [index, key] of standard.entries())
          if (key instanceof Secret && !STANDARD_KEY.test(key.reveal()))
            context.addIssue({
              code: 'custom',
              path: ['standard', index],
              message: 'is not whsec_ or whpk_ and base64',
            })
      }),
    ),
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
