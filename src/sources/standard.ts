import { STANDARD_WEBHOOKS } from './proof.ts'
import type { Source } from './source.ts'
import { asRequest } from './written-request.ts'

/** Anything that signs as Standard Webhooks says; its body is the simplified request. */
export const standard: Source = {
  proofs: [
    // the prefix may be left out, as the libraries do
    { ...STANDARD_WEBHOOKS, secrets: /^whsec_|^(?!whpk_)/ },
    { ...STANDARD_WEBHOOKS, algorithm: 'Ed25519', secrets: /^whpk_/, prefix: 'v1a,' },
  ],
  deliveryId: 'webhook-id',
  read: ({ json }) => asRequest(json),
  accepted: 202,
  refused: 422,
}
