import { createHmac } from 'node:crypto'
import { formText, gitHubIssue, gitLabIssue, jiraIssue, linearIssue, pagerDutyIncident } from './payloads.ts'

/** What a ticket asks for. */
export interface Asked {
  readonly number: number
  readonly name: string
  /** as its author typed it */
  readonly owners: string
}

/** A system that sends webhooks. Signs as its documentation says, and not by the code under test. */
export interface Sender {
  readonly secret: string
  /** the secret before, while both are valid */
  readonly oldSecret: string
  /** @returns the time as it is written into a header; empty where the sender writes none */
  stamp(at: number): string
  /** @returns the headers that prove a body */
  sign(body: string, secret: string, stamp: string): Record<string, string>
  /** @returns a delivery that asks for a vault */
  payload(asked: Asked): unknown
  /** the ticket as the record names it */
  ticket(number: number): { readonly id: string; readonly url?: string }
  readonly requestedBy: string
  /** who approved it, beside the ticket's author */
  readonly approvedBy: string | null
  /** whether its payload is its own, and names the ticket for good, whatever the vault is called */
  readonly ownPayload: boolean
  /** the field for the owners in the author's words */
  readonly ownersWord: string
  /** the status for a request that is taken on, and for one with faults */
  readonly statuses: readonly [accepted: number, refused: number]
}

/** The id that the signed message has. */
export const MESSAGE_ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'

function mac(key: string | Buffer, text: string, encoding: 'hex' | 'base64'): string {
  return createHmac('sha256', key).update(text).digest(encoding)
}

function seconds(at: number): string {
  return String(Math.floor(at / 1_000))
}

/** Standard Webhooks, https://www.standardwebhooks.com */
export function standardHeaders(
  body: string,
  secret: string,
  stamp: string,
  id = MESSAGE_ID,
): Record<string, string> {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': stamp,
    'webhook-signature': `v1,${mac(key, `${id}.${stamp}.${body}`, 'base64')}`,
  }
}

function form({ name, owners }: Asked): string {
  return formText({ 'Vault name': name, Owners: owners, 'What it is for': '_No response_' })
}

function written({ number, name, owners }: Asked): unknown {
  return { name, owners: owners.split(', '), ticket: { id: String(number) }, requestedBy: 'jane@example.com' }
}

/** Every sender that signs, by the name in its path. */
export const senders: Readonly<Record<string, Sender>> = {
  standard: {
    secret: `whsec_${Buffer.from('standard-webhooks-secret-no-1').toString('base64')}`,
    oldSecret: `whsec_${Buffer.from('standard-webhooks-secret-no-2').toString('base64')}`,
    stamp: seconds,
    sign: (body, secret, stamp) => standardHeaders(body, secret, stamp),
    payload: written,
    ticket: (number) => ({ id: String(number) }),
    requestedBy: 'jane@example.com',
    approvedBy: null,
    ownPayload: false,
    ownersWord: 'owners',
    statuses: [202, 422],
  },
  github: {
    secret: 'github-secret-no-1',
    oldSecret: 'github-secret-no-2',
    stamp: () => '',
    sign: (body, secret) => ({ 'X-Hub-Signature-256': `sha256=${mac(secret, body, 'hex')}` }),
    payload: (asked) => gitHubIssue({ number: asked.number, body: form(asked) }),
    ticket: (number) => ({
      id: `acme/access#${number}`,
      url: `https://github.com/acme/access/issues/${number}`,
    }),
    requestedBy: 'jane on GitHub',
    approvedBy: 'maintainer on GitHub',
    ownPayload: true,
    ownersWord: 'Owners',
    statuses: [202, 422],
  },
  gitlab: {
    secret: `whsec_${Buffer.from('gitlab-signing-token-32-bytes-xx').toString('base64')}`,
    // what older instances send in clear
    oldSecret: 'gitlab-secret-token-no-2',
    stamp: seconds,
    sign: (body, secret, stamp) =>
      secret.startsWith('whsec_') ? standardHeaders(body, secret, stamp) : { 'X-Gitlab-Token': secret },
    payload: (asked) => gitLabIssue({ iid: asked.number, description: form(asked) }),
    ticket: (number) => ({
      id: `acme/it/access#${number}`,
      url: `https://gitlab.com/acme/it/access/-/issues/${number}`,
    }),
    requestedBy: 'jane on GitLab',
    approvedBy: null,
    ownPayload: true,
    ownersWord: 'Owners',
    statuses: [202, 200],
  },
  jira: {
    secret: 'jira-secret-no-1',
    oldSecret: 'jira-secret-no-2',
    stamp: () => '',
    sign: (body, secret) => ({ 'X-Hub-Signature': `sha256=${mac(secret, body, 'hex')}` }),
    payload: ({ number, name, owners }) =>
      jiraIssue({ key: `SEC-${number}`, summary: name, fields: { customfield_10050: owners } }),
    ticket: (number) => ({ id: `SEC-${number}`, url: `https://acme.atlassian.net/browse/SEC-${number}` }),
    requestedBy: 'jane@example.com',
    approvedBy: null,
    ownPayload: true,
    ownersWord: 'owners (customfield_10050)',
    statuses: [202, 200],
  },
  zendesk: {
    // looks like base64 and is used as it is typed
    secret: 'emVuZGVzay1zZWNyZXQtbm8tMQ==',
    oldSecret: 'emVuZGVzay1zZWNyZXQtbm8tMg==',
    stamp: (at) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    sign: (body, secret, stamp) => ({
      'X-Zendesk-Webhook-Signature-Timestamp': stamp,
      'X-Zendesk-Webhook-Signature': mac(secret, stamp + body, 'base64'),
    }),
    payload: written,
    ticket: (number) => ({ id: String(number) }),
    requestedBy: 'jane@example.com',
    approvedBy: null,
    ownPayload: false,
    ownersWord: 'owners',
    statuses: [202, 422],
  },
  linear: {
    secret: 'lin_wh_secret-no-1',
    oldSecret: 'lin_wh_secret-no-2',
    stamp: () => '',
    sign: (body, secret) => ({ 'Linear-Signature': mac(secret, body, 'hex') }),
    payload: (asked) => linearIssue({ number: asked.number, description: form(asked) }),
    ticket: (number) => ({ id: `SEC-${number}`, url: `https://linear.app/acme/issue/SEC-${number}/vault` }),
    requestedBy: 'jane@example.com',
    approvedBy: null,
    ownPayload: true,
    ownersWord: 'Owners',
    statuses: [200, 200],
  },
  pagerduty: {
    secret: 'pagerduty-secret-no-1',
    oldSecret: 'pagerduty-secret-no-2',
    stamp: () => '',
    sign: (body, secret) => ({ 'X-PagerDuty-Signature': `v1=${mac(secret, body, 'hex')}` }),
    payload: ({ number, name, owners }) =>
      pagerDutyIncident({ id: `P${number}`, values: { vault_name: name, vault_owners: owners } }),
    ticket: (number) => ({ id: `P${number}`, url: `https://acme.pagerduty.com/incidents/P${number}` }),
    requestedBy: 'Jane on PagerDuty',
    approvedBy: null,
    ownPayload: true,
    ownersWord: 'vault_owners',
    statuses: [202, 200],
  },
}
