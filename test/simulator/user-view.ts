import type { Credential } from './bindings.ts'
import type { SimulatedUser } from './users.ts'

const SINCE = '2026-01-01T00:00:00Z'

/**
 * Shows a user as `UserView`, with unset fields present.
 *
 * @param user the user
 * @param role who looks: for a Basic User the profile comes back blank instead of as an error
 * @returns the JSON of `list[]` of a search, and of `userView`
 */
export function userView(user: SimulatedUser, role: Credential['role']) {
  const seen = role === 'basic' ? { ...user, email: '', displayName: '' } : user
  const emails = seen.email === '' ? [] : [seen.email]
  return {
    user: {
      id: seen.id,
      email: seen.email,
      displayName: seen.displayName,
      status: seen.status,
      type: 'USER_TYPE_HUMAN',
      emails,
      username: seen.email,
      usernames: emails,
      directoryStatus: seen.status,
      directoryIds: [],
      roleIds: [],
      managerIds: [],
      employeeIds: [],
      department: '',
      jobTitle: '',
      employmentStatus: '',
      employmentType: '',
      delegatedUserId: '',
      profile: null,
      emailSources: [],
      usernameSources: [],
      employeeIdSources: [],
      departmentSources: [],
      jobTitleSources: [],
      employmentStatusSources: [],
      employmentTypeSources: [],
      directoryStatusSources: [],
      managerSources: [],
      createdAt: SINCE,
      updatedAt: SINCE,
      deletedAt: seen.status === 'DELETED' ? SINCE : null,
    },
    userId: seen.id,
    rolesPath: '',
    managersPath: '',
    delegatedUserPath: '',
    directoriesPath: '',
    objectPermissions: null,
  }
}
