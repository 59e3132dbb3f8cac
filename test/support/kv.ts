import type { Running } from './workerd.ts'

/** @returns the Worker's KV with the sealed token, as it is on disk or in memory */
export async function tokenCache({ miniflare }: Pick<Running, 'miniflare'>): Promise<KVNamespace> {
  const namespace: unknown = await miniflare.getKVNamespace('TOKEN_CACHE')
  return namespace as KVNamespace // miniflare's own type needs a package that is not installed
}
