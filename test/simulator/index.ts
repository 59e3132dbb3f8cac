import type { Bindings } from './bindings.ts'

export { Tenant } from './tenant.ts'

/** The Worker: one tenant, hence one Durable Object, answers everything. */
export default {
  fetch(request, bindings) {
    return bindings.TENANT.getByName('tenant').fetch(request)
  },
} satisfies ExportedHandler<Bindings>
