import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { importJWK, type JWK, SignJWT } from 'jose'
import * as z from 'zod'

/**
 * What a user would write in an afternoon: an API key, the same fields checked by zod, a token for every request with a
 * freshly signed assertion, owners looked up where they are e-mail addresses, the create. No ledger, no cache, no retry.
 */
type Env = { Bindings: { BASE_URL: string; CLIENT_ID: string; PRIVATE_KEY: string; API_KEY: string } }

const Body = z.object({
  name: z.string().trim().min(1).max(255),
  description: z.string().max(2_000).default(''),
  kind: z.enum(['group', 'magic_link']).default('group'),
  maxViews: z.int().min(1).default(10),
  owners: z.array(z.string().max(320)).min(1).max(32),
})

const app = new Hono<Env>()
app.use('/v1/*', (c, next) => bearerAuth<Env>({ token: c.env.API_KEY })(c, next))

app.post('/v1/vaults', zValidator('json', Body), async (c) => {
  const { name, description, kind, maxViews, owners } = c.req.valid('json')
  const token = await tokenFrom(c.env)
  const ownerIds = await Promise.all(owners.map((owner) => userId(owner, token, c.env)))
  const response = await call(c.env, token, '/api/v1/vaults', {
    displayName: name,
    description,
    ownerIds,
    ...(kind === 'group'
      ? { groupAuthzVault: {} }
      : { magicVault: { allowUnauthedViews: false, allowedViews: maxViews } }),
  })
  if (!response.ok) return c.json({ error: 'ConductorOne refused the request' }, 502)
  return c.json(await response.json<{ vault: unknown }>(), 201)
})

/** One exchange for every request: RFC 6749, section 4.4, with a client assertion. */
async function tokenFrom({ BASE_URL, CLIENT_ID, PRIVATE_KEY }: Env['Bindings']): Promise<string> {
  const jwk: JWK = JSON.parse(PRIVATE_KEY)
  const assertion = await new SignJWT({ iss: CLIENT_ID, sub: CLIENT_ID, aud: new URL(BASE_URL).hostname })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(await importJWK(jwk, 'EdDSA'))
  const response = await fetch(`${BASE_URL}/auth/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: CLIENT_ID,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  if (!response.ok) throw new Error(`no token: HTTP ${response.status}`)
  return (await response.json<{ access_token: string }>()).access_token
}

async function userId(owner: string, token: string, env: Env['Bindings']): Promise<string> {
  if (!owner.includes('@')) return owner
  const response = await call(env, token, '/api/v1/search/users', { email: owner })
  const { list } = await response.json<{ list: { user: { id: string } }[] }>()
  const [found] = list
  if (!found) throw new Error(`no such user: ${owner}`)
  return found.user.id
}

function call({ BASE_URL }: Env['Bindings'], token: string, path: string, body: unknown): Promise<Response> {
  return fetch(BASE_URL + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

export default app
