import { factory } from '../app-env.ts'
import { caller } from '../middleware/caller.ts'

/** Says whose key it is, what it may do, and in which tenant. */
export const currentCaller = factory.createApp().get('/', caller('create', 'read', 'operate'), (c) => {
  const { name, scopes } = c.get('caller')
  const { baseUrl, credentials } = c.get('deployment').config
  // a simulator on this machine has no web pages
  const tenant = baseUrl.protocol === 'https:' ? `https://${credentials.host}` : null
  return c.json({ name, scopes, tenant }, 200)
})
