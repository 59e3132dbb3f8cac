import { INVALID_ARGUMENT, Refusal } from './status.ts'
import type { Deliveries } from './webhook-deliveries.ts'
import { DocumentFault, readDocument } from './webhook-document.ts'

/** Where callbacks go: this, and a token that is all it takes. */
export const CALLBACK_PATH = '/api/v1/webhooks/callback/'

/**
 * `POST /api/v1/webhooks/callback/<token>`: the answer to a webhook that was answered 202. A document that is
 * refused may be sent again, corrected; one that is taken is the last.
 *
 * @param request the callback
 * @param token the end of its URL
 * @param deliveries what it may answer
 * @returns 200
 * @throws Refusal 400 where there is nothing to answer, or no longer, or the document is wrong
 */
export async function callback(request: Request, token: string, deliveries: Deliveries): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer())
  const delivery = deliveries.awaitedAt(token)
  if (!delivery) throw new Refusal(INVALID_ARGUMENT, 'the callback is unknown, used or expired')
  try {
    deliveries.calledBack(
      delivery.id,
      readDocument(request.headers.get('content-type'), bytes, delivery.event),
    )
  } catch (error) {
    if (error instanceof DocumentFault) throw new Refusal(INVALID_ARGUMENT, error.message)
    throw error
  }
  return Response.json({})
}
