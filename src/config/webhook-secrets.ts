import * as z from 'zod/mini'
import { Secret } from '../lib/secret.ts'
import { SENDER_NAMES, senderNamed } from './senders.ts'
import { hide, objectOrJson, oneOrMore, secret } from './setting.ts'

/** How the secrets in the vendors' documentation and test buttons begin: anyone can sign with those. */
const PUBLISHED_BEGINNINGS = [
  'dGhpc19zZWNyZXR',
  "It's a Secret",
  '8f742231b10e8',
  'whsec_MfKQ9r8GK',
  'lDQHScfUeXUKa',
]

const MIN_SECRET_CHARS = 8

const WebhookSecret = z.pipe(
  secret(MIN_SECRET_CHARS).check(
    z.refine((text) => !PUBLISHED_BEGINNINGS.some((beginning) => text.startsWith(beginning)), {
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
