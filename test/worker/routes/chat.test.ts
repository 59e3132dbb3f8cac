import { createExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { app } from '../../../src/app.ts'
import type { Bindings } from '../../../src/env.ts'
import { newRequestId } from '../../../src/ledger/request-id.ts'
import { bytesOf, hex } from '../../../src/lib/encoding.ts'
import { world } from '../../../src/lib/world.ts'
import { bindings, stageTenant } from '../stage.ts'

stageTenant()

const TOKEN = 'mattermost-token-no-1-0123'
const SLACK_SECRET = 'slack-signing-secret-no-1'
const WEBHOOK_SECRETS = JSON.stringify({ mattermost: TOKEN, slack: SLACK_SECRET })

/** The platform's error for a Durable Object that could not take a call, or that broke off in the middle of one. */
const failure = (overloaded: boolean) =>
  Object.assign(new Error('Durable Object is not there.'), overloaded ? { overloaded } : { retryable: true })

/** A ledger that takes no call. */
function deadLedger(overloaded: boolean): Bindings['LEDGER'] {
  const fail = () => Promise.reject(failure(overloaded))
  return { getByName: () => ({ submit: fail, read: fail }) } as unknown as Bindings['LEDGER']
}

const limited = { limit: async () => ({ success: false }) } as RateLimit

/** Sends a command or a form as one chat does, and reads what the person sees. */
async function send(chat: 'mattermost' | 'slack', fields: Readonly<Record<string, string>>, changes: object) {
  const body = new URLSearchParams({ user_id: 'U111', user_name: 'jane', command: '/vault', ...fields })
  const stamp = String(Math.floor(Date.now() / 1_000))
  const request = new Request(`https://vaults.example.com/webhooks/${chat}`, {
    method: 'POST',
    body: body.toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(chat === 'mattermost'
        ? { Authorization: `Token ${TOKEN}` }
        : {
            'X-Slack-Request-Timestamp': stamp,
            'X-Slack-Signature': `v0=${await hmac(`v0:${stamp}:${body}`)}`,
          }),
    },
  })
  const POLICY = { defaultOwners: ['owner@example.com'] }
  const env = { ...bindings, POLICY, WEBHOOK_SECRETS, ...changes }
  const response = await app.fetch(request, env, createExecutionContext())
  return { status: response.status, text: JSON.stringify(await response.json()) }
}

async function hmac(text: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    bytesOf(SLACK_SECRET),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  return hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(text))))
}

const create = { text: 'create "Payroll" owners:owner@example.com' }
const status = { text: `status ${newRequestId(world)}` }
const form = {
  payload: JSON.stringify({
    type: 'view_submission',
    user: { id: 'U111', username: 'jane' },
    view: {
      private_metadata: 'https://hooks.slack.com/commands/T111/111/xxxxx',
      state: { values: { name: { name: { type: 'plain_text_input', value: 'Payroll' } } } },
    },
  }),
}

test.each([
  ['mattermost', 'a command', create],
  ['mattermost', 'a question', status],
  ['slack', 'a command', create],
  ['slack', 'a question', status],
  ['slack', 'a form', form],
] as const)('%s gets a sentence for %s, never a problem in JSON', async (chat, _, fields) => {
  for (const [changes, sentence] of [
    [{ RATE_LIMIT: limited }, 'Wait a minute'],
    [{ LEDGER: deadLedger(true) }, 'Nothing was begun'],
    [{ LEDGER: deadLedger(false) }, 'in half a minute'],
  ] as const) {
    const answer = await send(chat, fields, changes)
    expect(answer).toEqual({ status: 200, text: expect.stringContaining(sentence) })
    expect(answer.text).not.toMatch(/"(code|type":"[^"]*\/problems)/)
  }
})

test('a deployment whose ledger works answers the same commands', async () => {
  expect((await send('mattermost', status, {})).text).toContain('There is no such request')
  expect((await send('slack', status, {})).text).toContain('There is no such request')
})
