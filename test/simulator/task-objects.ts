import { newIdentifier } from './identifier.ts'
import type { SimulatedUser } from './users.ts'

const SINCE = '2026-01-01T00:00:00Z'
const DATES = { createdAt: SINCE, updatedAt: SINCE, deletedAt: null }

/** @returns an app as it stands in `expanded` (`c1.api.app.v1.App`) */
export function appView({
  id = newIdentifier(),
  displayName,
}: {
  readonly id?: string
  readonly displayName: string
}) {
  return {
    '@type': 'type.googleapis.com/c1.api.app.v1.App',
    id,
    displayName,
    description: '',
    parentAppId: '',
    appAccountId: '',
    appAccountName: '',
    appOwners: [],
    certifyPolicyId: '',
    grantPolicyId: '',
    revokePolicyId: '',
    defaultRequestCatalogId: '',
    iconUrl: '',
    logoUri: '',
    instructions: '',
    isDirectory: false,
    isManuallyManaged: true,
    monthlyCostUsd: 0,
    userCount: '3',
    ...DATES,
  }
}

/** @returns an entitlement as it stands in `expanded` (`c1.api.app.v1.AppEntitlement`) */
export function appEntitlementView(
  {
    id = newIdentifier(),
    displayName,
    description,
    slug,
  }: {
    readonly id?: string
    readonly displayName: string
    readonly description: string
    readonly slug: string
  },
  appId: string,
) {
  return {
    '@type': 'type.googleapis.com/c1.api.app.v1.AppEntitlement',
    id,
    appId,
    displayName,
    description,
    slug,
    alias: '',
    appResourceId: '',
    appResourceTypeId: '',
    certifyPolicyId: '',
    grantPolicyId: '',
    revokePolicyId: '',
    emergencyGrantEnabled: false,
    emergencyGrantPolicyId: '',
    externalId: '',
    grantCount: '0',
    isAutomationEnabled: false,
    isManuallyManaged: true,
    purpose: 'APP_ENTITLEMENT_PURPOSE_VALUE_UNSPECIFIED',
    requestSchemaId: '',
    riskLevelValueId: '',
    systemBuiltin: false,
    ...DATES,
  }
}

/** @returns the account of a user in an app as it stands in `expanded` (`c1.api.app.v1.AppUser`) */
export function appUserView({ id: identityUserId, email, displayName }: SimulatedUser, appId: string) {
  return {
    '@type': 'type.googleapis.com/c1.api.app.v1.AppUser',
    id: newIdentifier(),
    appId,
    identityUserId,
    displayName,
    email,
    emails: [email],
    username: email,
    usernames: [email],
    employeeIds: [],
    appUserType: 'APP_USER_TYPE_USER',
    isExternal: false,
    profile: null,
    status: { status: 'STATUS_ENABLED', details: '' },
    ...DATES,
  }
}
