import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  formText,
  gitHubIssue,
  gitLabIssue,
  jiraIssue,
  linearIssue,
  pagerDutyIncident,
  zendeskEvent,
} from '../support/payloads.ts'
import { senders } from '../support/senders.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import type { Answer } from '../support/worker.ts'

// What happens to a ticket from its first day to its last, and what its system learns of each step.

const LABEL = 'vault-request'
const CLOUD_ID = '11223344-a1b2-3b33-c444-def123456789'
const PATIENCE = { timeout: 40_000, interval: 100 }

let stage: Stage
beforeAll(async () => {
  stage = await startStage({
    WEBHOOK_SECRETS: JSON.stringify(
      Object.fromEntries(Object.entries(senders).map(([source, { secret }]) => [source, secret])),
    ),
    SOURCES: JSON.stringify({
      jira: { fields: { owners: 'customfield_10050' }, sites: { [CLOUD_ID]: 'acme.atlassian.net' } },
    }),
  })
})
afterAll(() => stage.stop())

function deliver(source: string, payload: unknown): Promise<Answer> {
  const sender = senders[source]
  if (!sender) throw new Error(`there is no sender ${source}`)
  const body = JSON.stringify(payload)
  const headers = sender.sign(body, sender.secret, sender.stamp(Date.now()))
  return stage.worker.call('POST', `/webhooks/${source}`, { as: null, body, headers })
}

async function read(id: string) {
  return (await stage.worker.call('GET', `/v1/requests/${id}`, { as: 'operator' })).body
}

async function ended(id: string) {
  await expect.poll(async () => (await read(id)).status, PATIENCE).toMatch(/created|failed|unknown/)
  return read(id)
}

async function vaultCount(name: string): Promise<number> {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name).length
}

/** What a delivery does: it asks for nothing, makes the vault, is answered with it, or asks for something else. */
type Outcome = 'nothing' | 'vault' | 'stored' | 'edit'
type Step = readonly [step: string, outcome: Outcome, payload: unknown]

const OWNER = 'owner@example.com'
const form = (name: string, why: string) =>
  formText({ 'Vault name': name, Owners: OWNER, 'What it is for': why })

/** The steps of a ticket that asks for a vault of this name. */
const LIVES: Readonly<Record<string, (name: string) => readonly Step[]>> = {
  github(name) {
    const event = (changes: Parameters<typeof gitHubIssue>[0], moved = false, why = 'Audits') => {
      const payload = gitHubIssue({ body: form(name, why), ...changes })
      const { issue } = payload
      const url = 'https://github.com/acme/website/issues/1'
      return moved
        ? {
            ...payload,
            issue: { ...issue, id: issue.id + 1e9, number: 1, html_url: url },
            repository: { full_name: 'acme/website' },
          }
        : payload
    }
    const opened = event({ action: 'opened', association: 'OWNER' }, true)
    const old = { old_issue: event({}).issue, old_repository: { full_name: 'acme/access' } }
    return [
      ['opened', 'nothing', event({ action: 'opened', labels: [] })],
      ['labelled', 'vault', event({})],
      ['edited', 'nothing', event({ action: 'edited' }, false, 'Other')],
      ['transferred', 'nothing', { ...opened, changes: old }],
      ['renamed', 'nothing', event({ action: 'edited' }, true)],
      ['unlabelled', 'nothing', event({ action: 'unlabeled', labels: [] }, true)],
      ['labelled again', 'stored', event({}, true)],
      ['edited and labelled again', 'edit', event({}, true, 'Other')],
      ['redelivered', 'stored', event({})],
    ]
  },
  gitlab(name) {
    const added = { previous: [], current: [LABEL] }
    const event = (changes: Parameters<typeof gitLabIssue>[0], moved = false, why = 'Audits') => {
      const payload = gitLabIssue({ description: form(name, why), ...changes })
      const url = 'https://gitlab.com/acme/new-name/-/issues/12'
      return {
        ...payload,
        object_attributes: { ...payload.object_attributes, id: 301, ...(moved && { url, title: 'Other' }) },
        ...(moved && { project: { path_with_namespace: 'acme/new-name', visibility_level: 0 } }),
      }
    }
    const copy = event({ username: 'mover' }, true)
    return [
      ['opened', 'nothing', event({ labels: [] })],
      ['labelled', 'vault', event({ action: 'update', changes: added })],
      ['edited', 'nothing', event({ action: 'update', changes: null }, false, 'Other')],
      ['renamed with its project', 'nothing', event({ action: 'update', changes: null }, true)],
      ['labelled again', 'stored', event({ action: 'update', changes: added }, true)],
      ['edited and labelled again', 'edit', event({ action: 'update', changes: added }, true, 'Other')],
      // another issue, which somebody opens in the author's name
      [
        'moved to another project',
        'nothing',
        {
          ...copy,
          object_attributes: { ...copy.object_attributes, id: 302, author_id: 7 },
          user: { id: 8, username: 'mover' },
        },
      ],
      ['redelivered', 'stored', event({ action: 'update', changes: added })],
    ]
  },
  jira(name) {
    const labelled = { field: 'labels', fromString: '', toString: LABEL }
    const event = (changes: Parameters<typeof jiraIssue>[0], key = 'SEC-12', owners = OWNER) => {
      const payload = jiraIssue({ key, summary: name, fields: { customfield_10050: owners }, ...changes })
      return { ...payload, issue: { ...payload.issue, id: '40012' } }
    }
    const updated = { event: 'jira:issue_updated' }
    const gateway = `https://api.atlassian.com/ex/jira/${CLOUD_ID}/rest/api/2/issue/40012`
    return [
      ['created', 'vault', event({})],
      ['edited', 'nothing', event({ ...updated, changes: [{ field: 'description' }] })],
      ['moved', 'nothing', event({ ...updated, changes: [{ field: 'Key', toString: 'OPS-1' }] }, 'OPS-1')],
      ['labelled again', 'stored', event({ ...updated, changes: [labelled] }, 'OPS-1')],
      [
        'renamed and labelled again',
        'edit',
        event({ ...updated, changes: [labelled], summary: 'Other' }, 'OPS-1'),
      ],
      [
        'given other owners',
        'edit',
        event({ ...updated, changes: [labelled] }, 'OPS-1', 'second.owner@example.com'),
      ],
      [
        'sent through the gateway',
        'stored',
        event({ ...updated, changes: [labelled], self: gateway }, 'OPS-1'),
      ],
      ['redelivered', 'stored', event({})],
    ]
  },
  linear(name) {
    const at = Date.now()
    const event = (changes: Parameters<typeof linearIssue>[0], key = 'SEC-12', why = 'Audits') => {
      const payload = linearIssue({
        description: form(name, why),
        identifier: key,
        action: 'update',
        at,
        ...changes,
      })
      return { ...payload, data: { ...payload.data, title: key } }
    }
    const moved = [{ id: 'label-of-ops', name: LABEL }]
    return [
      ['created', 'nothing', event({ action: 'create', labels: [] })],
      ['labelled', 'vault', event({ before: [] })],
      ['edited', 'nothing', event({}, 'SEC-12', 'Other')],
      ['moved and renamed', 'nothing', event({ labels: moved }, 'OPS-1')],
      ['labelled again', 'stored', event({ labels: moved, before: [] }, 'OPS-1')],
      ['edited and labelled again', 'edit', event({ labels: moved, before: [] }, 'OPS-1', 'Other')],
      ['redelivered', 'stored', event({ before: [] })],
    ]
  },
  pagerduty(name) {
    const event = (changes: Parameters<typeof pagerDutyIncident>[0], values: object = {}) =>
      pagerDutyIncident({ title: name, values: { vault_owners: OWNER, ...values }, ...changes })
    return [
      ['acknowledged', 'nothing', event({ type: 'incident.acknowledged' })],
      ['given another field', 'nothing', event({}, { vault_owners: null, team: 'SRE' })],
      ['given owners', 'vault', event({})],
      ['given the same again', 'stored', event({})],
      ['moved to another service', 'nothing', event({ type: 'incident.service_updated' })],
      ['renamed, and given the same again', 'edit', event({ title: 'Other' })],
      ['given other owners', 'edit', event({}, { vault_owners: 'second.owner@example.com' })],
      ['resolved', 'nothing', event({ type: 'incident.resolved' })],
      ['redelivered', 'stored', event({})],
    ]
  },
  zendesk(name) {
    const tagged = { type: 'zen:event-type:ticket.tags_changed', event: { tags_added: [LABEL] } }
    const event = (changes: Parameters<typeof zendeskEvent>[0], why = 'Audits') =>
      zendeskEvent({
        subject: name,
        description: formText({ Owners: OWNER, 'What it is for': why }),
        ...changes,
      })
    return [
      ['created', 'nothing', event({ tags: [] })],
      ['tagged', 'vault', event(tagged)],
      ['renamed', 'nothing', event({ type: 'zen:event-type:ticket.subject_changed', subject: 'Other' })],
      [
        'moved to another group',
        'nothing',
        event({ type: 'zen:event-type:ticket.group_assignment_changed' }),
      ],
      ['untagged', 'nothing', event({ ...tagged, event: { tags_removed: [LABEL] } })],
      ['tagged again', 'stored', event(tagged)],
      ['renamed and tagged again', 'edit', event({ ...tagged, subject: 'Other' })],
      ['redelivered', 'stored', event(tagged)],
    ]
  },
}

/** Says what became of a delivery, and checks that its answer explains it. */
async function outcomeOf({ status, headers, body }: Answer): Promise<Outcome> {
  if (body.request) {
    if (headers.get('idempotent-replayed') === 'true') return 'stored'
    await ended(body.request.id)
    return 'vault'
  }
  expect([status, Object.keys(body)]).toEqual([200, ['ignored']])
  return /Something else was asked for/.test(body.ignored) ? 'edit' : 'nothing'
}

describe.each(Object.entries(LIVES))('the life of a ticket of %s', (source, stepsOf) => {
  test('is one vault, and each step is explained', async () => {
    const name = unique('Life')
    const steps = stepsOf(name)
    const outcomes: unknown[] = []
    const ids = new Set<string>()
    for (const [step, , payload] of steps) {
      const answer = await deliver(source, payload)
      outcomes.push([step, await outcomeOf(answer)])
      const { request, ignored } = answer.body
      if (request) ids.add(request.id)
      else
        expect([step, ignored]).toEqual([
          step,
          expect.stringMatching(/asks for|asked for|must get the label/),
        ])
    }
    expect(outcomes).toEqual(steps.map(([step, outcome]) => [step, outcome]))
    expect(await vaultCount(name)).toBe(1)
    expect(ids.size).toBe(1)
    for (const id of ids)
      expect(await read(id)).toMatchObject({
        status: 'created',
        name,
        warnings: [expect.stringContaining('Something else was asked for')],
      })
  })
})

describe('two sites of Jira', () => {
  /** An issue of a site; both have the same id and key. */
  const issueAt = (self: string, name: string) => {
    const payload = jiraIssue({ key: 'OPS-1', summary: name, fields: { customfield_10050: OWNER }, self })
    return { ...payload, issue: { ...payload.issue, id: '50001' } }
  }

  test('have a vault each, for issues that are called the same', async () => {
    const name = unique('Sites')
    for (const host of ['one.atlassian.net', 'two.atlassian.net']) {
      const { body } = await deliver('jira', issueAt(`https://${host}/rest/api/2/issue/50001`, name))
      expect((await ended(body.request.id)).ticket).toEqual({
        id: 'OPS-1',
        url: `https://${host}/browse/OPS-1`,
      })
    }
    expect(await vaultCount(name)).toBe(2)
  })

  test('are one, if the gateway’s cloud id is mapped to the host, and links lead to the host', async () => {
    const name = unique('Sites')
    const gateway = (cloudId: string) => `https://api.atlassian.com/ex/jira/${cloudId}/rest/api/2/issue/50001`
    const first = (await deliver('jira', issueAt(gateway(CLOUD_ID), name))).body.request
    expect((await ended(first.id)).ticket).toEqual({
      id: 'OPS-1',
      url: 'https://acme.atlassian.net/browse/OPS-1',
    })
    const direct = await deliver('jira', issueAt('https://acme.atlassian.net/rest/api/2/issue/50001', name))
    expect(direct.body.request.id).toBe(first.id)

    // a site that is not mapped is another one, and its address is not known
    const other = (await deliver('jira', issueAt(gateway('99999999-0000-4000-8000-000000000000'), name))).body
    expect((await ended(other.request.id)).ticket).toEqual({ id: 'OPS-1' })
    const made = (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name)
    expect(made.map(({ description }) => description.includes('api.atlassian.com'))).toEqual([false, false])
  })
})
