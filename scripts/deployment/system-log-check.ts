import { SystemLogAnswer } from '../../src/conductorone/wire.ts'
import type { Config } from '../../src/config/config.ts'
import { type Finding, ok, unchecked, wrong } from './finding.ts'
import { type Access, ask, explainRefusal } from './tenant-api.ts'

const NAME = 'system log'
const FORBIDDEN =
  'the credential may not read it, so a vault whose create got no answer is not found by itself: give its service principal Super Administrator and the credential "Full permissions", or set CONDUCTORONE_SYSTEM_LOG = "off" in wrangler.toml'

/**
 * Checks whether the credential may read ConductorOne's system log, where the Worker looks for vaults whose create got
 * no answer. Reads one event and shows none.
 *
 * @param systemLog whether this deployment looks there
 */
export async function checkSystemLog(access: Access, systemLog: Config['systemLog']): Promise<Finding> {
  if (systemLog === 'off') return ok(NAME, 'is not searched: CONDUCTORONE_SYSTEM_LOG is off')
  try {
    await ask(access, '/api/v1/systemlog/events', SystemLogAnswer, { pageSize: 1 })
    return ok(NAME, 'can be read, so vaults whose create got no answer are searched for')
  } catch (error) {
    const { status, says } = explainRefusal(error)
    return status === 403
      ? wrong(NAME, FORBIDDEN)
      : unchecked(NAME, `ConductorOne does not show it (${says})`)
  }
}
