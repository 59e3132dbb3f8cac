import { createMiddleware } from 'hono/factory'
import { Hono } from 'hono/tiny'
import type { Caller } from './config/api-keys.ts'
import type { Deployment } from './deployment.ts'
import type { Bindings } from './env.ts'

/** What a request carries on its way through the app. */
export type Variables = {
  /** the request's id: the one in the ledger as soon as it has one there */
  requestId: string
  deployment: Deployment
  caller: Caller
}

export type AppEnv = { Bindings: Bindings; Variables: Variables }

/**
 * Makes apps and middleware that know the bindings and variables. Hono's own factory would bring the routers that are
 * made for hundreds of routes.
 */
export const factory = {
  createApp: () => new Hono<AppEnv>(),
  createMiddleware: createMiddleware<AppEnv>,
}
