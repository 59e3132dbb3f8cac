import { type Context, Hono } from 'hono'
import { type Signed, signedIn, superAdminOnly } from './bearer.ts'
import type { Credential } from './bindings.ts'
import { newIdentifier } from './identifier.ts'
import { introspection, PRINCIPAL_ID } from './introspection.ts'
import { readMessage } from './message.ts'
import type { Proofs } from './proofs.ts'
import { credentialList } from './service-principal.ts'
import type { SigningKeys } from './signing-keys.ts'
import { NOT_FOUND, Refusal, statusAnswer, UNIMPLEMENTED } from './status.ts'
import type { SystemLog } from './system-log.ts'
import { listEvents, listEventsRequest } from './system-log-list.ts'
import { tokenEndpoint } from './token.ts'
import { TokenRefusal, tokenRefusalAnswer } from './token-refusal.ts'
import type { Tokens } from './tokens.ts'
import { searchUsers, searchUsersRequest } from './user-search.ts'
import { userView } from './user-view.ts'
import type { Users } from './users.ts'
import { createVaultRequest, newVault } from './vault-create.ts'
import { pathsOf, updatedVault, updateVaultRequest } from './vault-update.ts'
import type { Vault, Vaults } from './vaults.ts'
import { webApp } from './web-app.ts'
import { CALLBACK_PATH, callback } from './webhook-callback.ts'
import type { Deliveries } from './webhook-deliveries.ts'

/** What the tenant's API works on. */
export interface TenantState {
  readonly credentials: ReadonlyMap<string, Credential>
  readonly tokens: Tokens
  readonly proofs: Proofs
  readonly users: Users
  readonly vaults: Vaults
  readonly keys: SigningKeys
  readonly systemLog: SystemLog
  readonly deliveries: Deliveries
}

/** An id that is empty or has an encoded slash in it: the gateway sends the client to the collection. */
const REDIRECTED = /^(\/api\/v1\/(?:vaults|users))\/(?:$|[^/]*%2f)/i

/**
 * The part of ConductorOne's API that is simulated; every other path is the web app's.
 *
 * @param state what it works on
 * @returns the application
 */
export function tenantApi(state: TenantState): Hono<Signed> {
  const { credentials, tokens, proofs, users, vaults, keys, systemLog, deliveries } = state
  const api = new Hono<Signed>()
  const signed = signedIn(credentials, tokens, proofs)

  function record(
    { req, var: { credential } }: Context<Signed>,
    operation: string,
    vault: Vault | null = null,
  ) {
    const { clientId } = credential
    const userAgent = req.header('user-agent') ?? ''
    const about = vault && { id: vault.id, displayName: vault.displayName }
    systemLog.record({
      uid: newIdentifier(),
      time: Date.now(),
      clientId,
      operation,
      userAgent,
      vault: about,
    })
  }

  api.onError((error) => {
    if (error instanceof Refusal) return statusAnswer(error)
    if (error instanceof TokenRefusal) return tokenRefusalAnswer(error)
    throw error
  })
  api.notFound(() => webApp())
  api.use(async ({ req }, next) => {
    const collection = REDIRECTED.exec(new URL(req.url).pathname)?.[1]
    if (collection === undefined) return next()
    return new Response(null, { status: 307, headers: { location: collection } })
  })

  api.post('/auth/v1/token', ({ req }) => tokenEndpoint(req.raw, credentials, tokens, proofs))

  api.get('/auth/v1/jwks', async () => Response.json(await keys.published()))

  api.get('/api/v1/auth/introspect', signed, ({ var: { credential } }) =>
    Response.json(introspection(credential, !systemLog.modes.forbidden)),
  )
  api.get(`/api/v1/service_principals/${PRINCIPAL_ID}/credentials`, signed, superAdminOnly, () =>
    Response.json(credentialList(credentials.values(), PRINCIPAL_ID)),
  )
  api.post('/api/v1/systemlog/events', signed, superAdminOnly, async ({ req }) =>
    Response.json(listEvents(systemLog, await readMessage(req.raw, listEventsRequest))),
  )
  api.post('/api/v1/search/users', signed, async (context) => {
    const {
      req,
      var: { credential },
    } = context
    const page = searchUsers(users.all(), await readMessage(req.raw, searchUsersRequest))
    record(context, 'UserService/Search')
    const list = page.users.map((user) => userView(user, credential.role))
    return Response.json({ list, nextPageToken: page.nextPageToken, expanded: [] })
  })
  api.get('/api/v1/users/:id', signed, ({ req, var: { credential } }) => {
    const user = users.find(req.param('id'))
    if (!user) throw new Refusal(NOT_FOUND, 'user not found')
    return Response.json({ userView: userView(user, credential.role), expanded: [] })
  })

  api.post('/api/v1/vaults', signed, superAdminOnly, async (context) => {
    const message = await readMessage(context.req.raw, createVaultRequest)
    const { vault, ownerIds } = newVault(message, (id) => users.find(id))
    vaults.add(vault, ownerIds)
    record(context, 'VaultService/Create', vault)
    return Response.json({ vault })
  })
  api.get('/api/v1/vaults/:id', signed, superAdminOnly, (context) => {
    const vault = existing(vaults, context.req.param('id'))
    record(context, 'VaultService/Get', vault)
    return Response.json({ vault })
  })
  api.post('/api/v1/vaults/:id', signed, superAdminOnly, async (context) => {
    const message = await readMessage(context.req.raw, updateVaultRequest)
    const paths = pathsOf(message)
    const vault = updatedVault(existing(vaults, context.req.param('id')), message, paths)
    vaults.replace(vault)
    record(context, 'VaultService/Update', vault)
    return Response.json({ vault })
  })
  api.delete('/api/v1/vaults/:id', signed, superAdminOnly, (context) => {
    const vault = existing(vaults, context.req.param('id'))
    vaults.remove(vault.id)
    record(context, 'VaultService/Delete', vault)
    return Response.json({})
  })

  // No credential: the end of the URL is all it takes.
  api.post(`${CALLBACK_PATH}:token`, ({ req }) => callback(req.raw, req.param('token'), deliveries))

  // A path of the API with a method it does not have; grpc-gateway calls that unimplemented.
  for (const { path } of [...api.routes]) {
    if (path !== '/*') api.all(path, () => statusAnswer(new Refusal(UNIMPLEMENTED, 'Method Not Allowed')))
  }
  return api
}

function existing(vaults: Vaults, id: string): Vault {
  const vault = vaults.find(id)
  if (!vault) throw new Refusal(NOT_FOUND, 'vault not found')
  return vault
}
