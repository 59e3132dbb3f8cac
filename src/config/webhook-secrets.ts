import * as z from 'zod/mini'
import { Secret } from '../lib/secret.ts'
import { SENDER_NAMES, senderNamed } from './senders.ts'
import { bareEnds, hide, objectOrJson, oneOrMore, secret } from './setting.ts'

/**
 * How the secrets in the vendors' documentation, libraries and test buttons begin, without their prefix: anyone can sign
 * with those.
 */
const PUBLISHED_BEGINNINGS = [
  'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ', // Zendesk
  "It's a Secret", // GitHub, Jira
  '8f742231b10e8888abcd99', // Slack
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', // Standard Webhooks
  'plJ3nmyCDGBKInavdOK15jsl', // Svix
  'C2FVsBQIhrscChlQIMV+b5sSYspob7oD', // Svix
  'lDQHScfUeXUKaQRNF', // PagerDuty
  '8b28ded5630f9051c205dd04c6ec56ad', // Discord, of the seed below
]
/** Examples that are so short that a secret of one's own may begin alike. */
const PUBLISHED = ['mysecret', 'test_secret_key', 'your-hmac-secret', 'dg5g3b4j9x2koerg']
const PREFIX = /^(?:v1,)?(?:whsec_|whpk_)?/

function isPublished(secret: string): boolean {
  const text = secret.replace(PREFIX, '').toLowerCase()
  return (
    PUBLISHED.includes(text) ||
    PUBLISHED_BEGINNINGS.some((beginning) => text.startsWith(beginning.toLowerCase()))
  )
}

const MIN_SECRET_CHARS = 8

const WebhookSecret = z.pipe(
  secret(MIN_SECRET_CHARS).check(
    bareEnds,
    z.refine((text) => !isPublished(text), {
      error: 'is a secret from the sender’s documentation, with which anyone can sign; make one of your own',
    }),
  ),
  hide,
)

/** ConductorOne signs with keys that it publishes, so a secret under its name would be read by nothing. */
const withoutConductorOne = z.transform((value: unknown, context) => {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'conductorone'))
    context.issues.push({
      code: 'custom',
      path: ['conductorone'],
      message:
        'is read by nothing: ConductorOne signs with its own keys; remove it, and set CONDUCTORONE_WEBHOOKS to "on"',
      input: undefined,
    })
  return value
})

const Secrets = z
  .partialRecord(z.enum(SENDER_NAMES), oneOrMore(WebhookSecret), {
    error: 'must be an object of sender names and their secrets',
  })
  .check(
    z.superRefine((secrets, context) => {
      for (const name of SENDER_NAMES) {
        const { pattern, fault = 'is not a secret of this sender' } = senderNamed(name).secret
        // what has a fault already is no secret yet
        for (const [index, key] of (secrets[name] ?? []).entries())
          if (pattern && key instanceof Secret && !pattern.test(key.reveal()))
            context.addIssue({ code: 'custom', path: [name, index], message: fault })
      }
    }),
  )

/** The configuration `WEBHOOK_SECRETS`: a sender without a secret does not exist. */
export const WebhookSecrets = objectOrJson(z.pipe(withoutConductorOne, Secrets))
