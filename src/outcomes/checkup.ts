import { Deadline } from '../conductorone/deadline.ts'
import { problemFrom } from '../conductorone/problem.ts'
import { readOwnCredential } from '../conductorone/rights.ts'
import { type Deployment, deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import { countByStatus, listRequests } from '../ledger/shards.ts'
import { world } from '../lib/world.ts'
import { problems } from '../problem/catalog.ts'
import type { Alert } from './alert.ts'
import { DAY_MS, dayAt } from './day.ts'

const CHECK_TIMEOUT_MS = 10_000
const HOUR_MS = 3_600_000
/** Days before its end at which the credential is reported, each once. */
const REPORT_DAYS = [1, 7, 14] as const
/** The automatic search for a lost vault takes about half an hour; before that, there is nothing to do. */
const UNKNOWN_AFTER_MS = HOUR_MS
/** Background work that has not moved for so long is stuck: retries are a quarter of an hour apart at most. */
const STUCK_AFTER_MS = HOUR_MS
const MAX_NAMED_REQUESTS = 20

/** Something to report, and how often: once under its key, which is forgotten at that time. */
export type Report = Alert & { readonly key: string; readonly forgetAt: number }

/** One check of the deployment, as operators read it. */
export type CheckResult = {
  readonly name: string
  readonly ok: boolean
  /** what is wrong and what to do about it */
  readonly do?: string
  readonly report?: Report
}

type Check = (env: Bindings, deployment: Deployment) => Promise<CheckResult[]>

/**
 * Every check, in order. Each costs a few calls at most and changes nothing. `/readyz` shows them to operators, and the
 * daily check reports what it finds.
 */
export const CHECKS: Readonly<Record<string, Check>> = {
  token: checkToken,
  ledger: checkLedger,
  owners: checkOwners,
  credential: checkCredential,
  slack: checkSlack,
  outcomes: checkUnknownOutcomes,
  background: checkBackground,
}

/**
 * Runs one check. A check that breaks off is a finding too.
 *
 * @param name a name in {@link CHECKS}
 */
export async function runCheck(name: string, env: Bindings): Promise<CheckResult[]> {
  try {
    return (await CHECKS[name]?.(env, deploymentOf(env))) ?? []
  } catch (error) {
    const { message, code } = problemFrom(error, '', 'read')
    const advice = `${message} ${problems[code].remedy}`
    // ConductorOne may be away for a while; that is seen from outside, and passes
    if (code !== 'conductorone-credentials-rejected') return [{ name, ok: false, do: advice }]
    return [finding(name, 'credential-rejected', advice)]
  }
}

async function checkToken(_: Bindings, { tokens }: Deployment): Promise<CheckResult[]> {
  await tokens.get(newCall().deadline)
  return [{ name: 'token', ok: true }]
}

async function checkLedger(env: Bindings): Promise<CheckResult[]> {
  await listRequests(env, { limit: 1 })
  return [{ name: 'ledger', ok: true }]
}

async function checkOwners(_: Bindings, { config, directory }: Deployment): Promise<CheckResult[]> {
  await directory.find(config.policy.defaultOwners, newCall())
  return [{ name: 'owners', ok: true }]
}

async function checkCredential(_: Bindings, { config, tenant }: Deployment): Promise<CheckResult[]> {
  const { rights, endsAt } = await readOwnCredential(tenant, config.credentials.clientId, newCall())
  return [rightsResult(rights), ...(endsAt === undefined ? [] : [lifeResult(endsAt)])]
}

function rightsResult(rights: string): CheckResult {
  if (rights !== 'too-few') return { name: 'rights', ok: true }
  const advice =
    'The credential may not create vaults. Give its service principal the role Super Administrator in ConductorOne.'
  return finding('rights', 'rights', advice)
}

/** Judges how long the credential still lives: each of the days before its end is reported once, also if one is missed. */
export function lifeResult(endsAt: number): CheckResult {
  const days = Math.floor((endsAt - world.now()) / DAY_MS)
  const step = REPORT_DAYS.find((limit) => days <= limit)
  if (step === undefined) return { name: 'credential', ok: true }
  const left = days < 1 ? 'within a day' : days === 1 ? 'in a day' : `in ${days} days`
  const advice = `ConductorOne's credential ends ${left}, on ${new Date(endsAt).toISOString().slice(0, 10)}; then no vault can be made. Make the next one now, set both halves, and only then revoke this one.`
  const report = {
    key: `credential-ends-${step}-${endsAt}`,
    forgetAt: endsAt + DAY_MS,
    text: advice,
    requests: [],
  }
  return { name: 'credential', ok: false, do: advice, report }
}

/** Says if owners are to be told and can't be. */
async function checkSlack(_: Bindings, { config }: Deployment): Promise<CheckResult[]> {
  if (!config.policy.tellOwners) return []
  if (config.slackToken) return [{ name: 'slack', ok: true }]
  const advice =
    'POLICY.tellOwners is on, and no owner is told without a SLACK_BOT_TOKEN. Set it, or switch that off.'
  return [{ name: 'slack', ok: false, do: advice }]
}

async function checkUnknownOutcomes(env: Bindings): Promise<CheckResult[]> {
  const until = world.now() - UNKNOWN_AFTER_MS
  const { unknown } = await countByStatus(env)
  if (unknown.count === 0) return [{ name: 'outcomes', ok: true }]
  const { requests } = await listRequests(env, { status: ['unknown'], until, limit: MAX_NAMED_REQUESTS })
  if (requests.length === 0) return [{ name: 'outcomes', ok: true }]
  const advice = `${several(unknown.count, 'request has', 'requests have')} an unknown outcome, the oldest since ${unknown.oldest}. Look for the vaults in ConductorOne, and settle the requests.`
  return [finding('outcomes', 'unknown', advice, requests)]
}

async function checkBackground(env: Bindings): Promise<CheckResult[]> {
  const until = world.now() - STUCK_AFTER_MS
  const { requests } = await listRequests(env, { status: ['accepted'], until, limit: MAX_NAMED_REQUESTS })
  const stuck = requests.filter(
    ({ updatedAt, nextAttemptAt }) =>
      Date.parse(updatedAt) < until && (nextAttemptAt === null || Date.parse(nextAttemptAt) < until),
  )
  if (stuck.length === 0) return [{ name: 'background', ok: true }]
  const advice = `${several(stuck.length, 'request waits', 'requests wait')} for a Workflow that does not start. See Cloudflare's status, and the log for workflow.not_started.`
  return [finding('background', 'background', advice, stuck)]
}

/** Makes a finding that is reported once a day for as long as its cause stays. */
function finding(
  name: string,
  cause: string,
  advice: string,
  about: readonly { readonly id: string }[] = [],
): CheckResult {
  const now = world.now()
  const requests = about.map(({ id }) => id)
  const report = { text: advice, requests, key: `${cause}-${dayAt(now)}`, forgetAt: now + 2 * DAY_MS }
  return { name, ok: false, do: advice, report }
}

function several(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`
}

function newCall() {
  return { deadline: new Deadline(CHECK_TIMEOUT_MS, world.now) }
}
