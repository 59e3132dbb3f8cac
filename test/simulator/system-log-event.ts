import { PRINCIPAL_ID, TENANT_ID } from './introspection.ts'
import type { SystemLogModes } from './system-log-modes.ts'

/** A call that succeeded, as the log remembers it. */
export interface LoggedCall {
  readonly uid: string
  /** Epoch milliseconds. */
  readonly time: number
  readonly clientId: string
  /** A method of a C1 service, such as `VaultService/Create`. */
  readonly operation: string
  readonly userAgent: string
  /** The vault it was about, if any. */
  readonly vault: { readonly id: string; readonly displayName: string } | null
}

/** OCSF's names for what was done, by `activity_id`. */
const ACTIVITIES = ['Unknown', 'Create', 'Read', 'Update', 'Delete'] as const
const API_ACTIVITY = 6003

/**
 * Shows a call as an event. C1 publishes that its events are OCSF, that `activity_id` 1 to 4 are create, read, update
 * and delete, and that API activity carries an operation; the rest is taken from OCSF itself.
 *
 * @param shape how events look
 * @param call what was done
 * @returns the JSON object
 * @see https://schema.ocsf.io/classes/api_activity
 */
export function eventIn(shape: SystemLogModes['shape'], call: LoggedCall): Record<string, unknown> {
  return shape === 'ocsf' ? ocsfEvent(call) : foreignEvent(call)
}

function ocsfEvent({ uid, time, clientId, operation, userAgent, vault }: LoggedCall) {
  const activity = activityOf(operation)
  return {
    activity_id: activity,
    activity_name: ACTIVITIES[activity],
    actor: { app_uid: clientId, user: { uid: PRINCIPAL_ID, type: 'Service', type_id: 3 } },
    api: { operation, service: { name: operation.split('/')[0] }, request: { uid }, response: { code: 200 } },
    category_name: 'Application Activity',
    category_uid: 6,
    class_name: 'API Activity',
    class_uid: API_ACTIVITY,
    http_request: { user_agent: userAgent },
    metadata: {
      uid,
      version: '1.3.0',
      tenant_uid: TENANT_ID,
      product: { name: 'ConductorOne', vendor_name: 'ConductorOne' },
    },
    resources: vault ? [{ type: 'Vault', uid: vault.id, name: vault.displayName }] : [],
    severity: 'Informational',
    severity_id: 1,
    status: 'Success',
    status_id: 1,
    time,
    type_name: `API Activity: ${ACTIVITIES[activity]}`,
    type_uid: API_ACTIVITY * 100 + activity,
  }
}

function foreignEvent({ uid, time, operation, vault }: LoggedCall) {
  const [service = '', method = ''] = operation.split('/')
  return {
    v: 7,
    seq: uid,
    when: Math.floor(time / 1_000),
    what: [service.replace('Service', '').toLowerCase(), method.toLowerCase()].join('.'),
    refs: [{ by: PRINCIPAL_ID }, ...(vault ? [{ on: [[vault.id]] }] : [])],
  }
}

function activityOf(operation: string): 0 | 1 | 2 | 3 | 4 {
  switch (operation.split('/')[1]) {
    case 'Create':
      return 1
    case 'Get':
    case 'Search':
      return 2
    case 'Update':
      return 3
    case 'Delete':
      return 4
    default:
      return 0
  }
}
