import type { Policy } from '../config/policy.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { ProvisioningRequest } from '../provisioning/request.ts'

/** How a create is told apart from another one: the ticket in the request, or a key. */
export type CreateOptions = { readonly idempotencyKey: string | undefined }

/** How an agent may settle an unknown outcome: only with proof, so neither by force nor as not created. */
export type AgentSettlement =
  | { readonly search: true }
  | { readonly vaultId: string; readonly preview: boolean }

/**
 * What an agent's tools can do: what its caller can do with the same key over HTTP, through the same functions. Each
 * answers as the route does, or throws the same problem, also if the key lacks the scope.
 */
export type AgentApi = {
  readonly policy: Policy
  /** `POST /v1/vaults?dry_run=true` */
  preview(request: ProvisioningRequest): Promise<Response>
  /** `POST /v1/vaults` */
  create(request: ProvisioningRequest, options: CreateOptions): Promise<Response>
  /** `GET /v1/requests/{id}` */
  read(id: string): Promise<Response>
  /** `GET /v1/requests`, with the parameters of its query */
  list(query: Readonly<Record<string, string>>): Promise<Response>
  /** `POST /v1/requests/{id}/resolve` */
  settle(id: string, settlement: AgentSettlement): Promise<Response>
  /** Makes a problem of what was thrown. */
  problemOf(error: unknown): ProblemDocument
}
