import { STANDARD_WEBHOOKS } from './signature.ts'
import { ignored, type Reading, type Source, writtenRequest } from './source.ts'

/** Any sender that signs as Standard Webhooks says; its body is the simplified request. */
export const standard: Source = {
  proofs: [
    // the prefix may be left out, as the libraries do
    { ...STANDARD_WEBHOOKS, secrets: /^whsec_|^(?!whpk_)/ },
    { ...STANDARD_WEBHOOKS, algorithm: 'Ed25519', secrets: /^whpk_/, prefix: 'v1a,' },
  ],
  deliveryIdHeader: 'webhook-id',
  read: ({ json }) => readWrittenRequest(json),
  acceptedStatus: 202,
  refusedStatus: 422,
}

/**
 * Reads a body that an administrator wrote: the simplified request itself, with its own names for the fields.
 *
 * @param json the body, not checked yet
 */
export function readWrittenRequest(json: unknown): Reading {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return ignored('the body is not a JSON object')
  return { kind: 'request', ...writtenRequest({ ...json }) }
}
