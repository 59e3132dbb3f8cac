import type { Config } from '../../src/config/config.ts'
import { type Finding, inOrder, ok, unchecked, wrong } from './finding.ts'
import { causeOf, world } from './network.ts'
import { checkLife, checkRights } from './rights-check.ts'
import { type Access, CALL_TIMEOUT_MS } from './tenant-api.ts'
import { checkToken } from './token-check.ts'

/** What the tenant is asked about. */
type Checked = Pick<Config, 'credentials' | 'baseUrl' | 'dpop'>

/** How far the clock may be off: the life of an assertion, and of a proof (RFC 9449, section 11.1). */
const CLOCK_TOLERANCE_SECONDS = { off: 120, required: 30 } as const

/**
 * Checks a credential at its tenant, without changing anything there: the host, the clock, a token, the rights, and how
 * long the credential lives. Each builds on the one before.
 *
 * @returns what was found, and the right to ask more if nothing is wrong
 */
export async function checkCredential(checked: Checked): Promise<{ findings: Finding[]; access?: Access }> {
  let access: Access | undefined
  const keep = (granted: Access) => {
    access = granted
  }
  const findings = await inOrder(['tenant', 'clock', 'token', 'rights', 'credential'], checks(checked, keep))
  return access ? { findings, access } : { findings }
}

async function* checks(
  { credentials, baseUrl, dpop }: Checked,
  keep: (access: Access) => void,
): AsyncGenerator<Finding> {
  const { finding: tenant, date } = await reachTenant(baseUrl)
  yield tenant
  if (tenant.status === 'wrong') return
  const clock = clockFinding(date, CLOCK_TOLERANCE_SECONDS[dpop])
  yield clock
  if (clock.status === 'wrong') return
  const { finding: token, access } = await checkToken(baseUrl, credentials, dpop)
  yield token
  if (!access) return
  const { finding: rights, userId } = await checkRights(access)
  yield rights
  if (rights.status === 'wrong') return
  keep(access)
  yield* await checkLife(access, userId, credentials.clientId, world.now())
}

/** Asks the tenant for anything at all: any answer will do, and its date is wanted at once. */
async function reachTenant(baseUrl: URL): Promise<{ finding: Finding; date?: string | null }> {
  try {
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const url = `${baseUrl.href.replace(/\/$/, '')}/auth/v1/jwks`
    const { headers, body } = await world.fetch(url, { redirect: 'manual', signal })
    await body?.cancel()
    return { finding: ok('tenant', `${baseUrl.origin} answers`), date: headers.get('date') }
  } catch (error) {
    const advice = 'check the host in CONDUCTORONE_CLIENT_ID, or CONDUCTORONE_BASE_URL'
    return { finding: wrong('tenant', `${baseUrl.origin} does not answer, ${causeOf(error)}: ${advice}`) }
  }
}

function clockFinding(date: string | null | undefined, tolerance: number): Finding {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return unchecked('clock', 'the tenant’s answer has no date')
  const off = Math.round((world.now() - theirs) / 1_000)
  if (Math.abs(off) <= tolerance) return ok('clock', 'is the tenant’s')
  const way = off > 0 ? 'ahead of' : 'behind'
  return wrong(
    'clock',
    `this machine’s clock is ${Math.abs(off)} seconds ${way} the tenant’s, which allows ${tolerance}: set it, or nothing signed here is accepted`,
  )
}
