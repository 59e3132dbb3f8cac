import { equalDigests, formOf, sha256 } from '../lib/encoding.ts'
import type { Secret } from '../lib/secret.ts'
import { isSigned, type Signature } from './signature.ts'

/** How a sender proves itself that signs nothing: with a secret word, in a header or in a field of its form. */
export type Token = {
  readonly kind: 'token'
  readonly place: 'header' | 'field'
  readonly name: string
  /** What stands before the token and names the scheme. */
  readonly prefix?: string
  readonly secrets?: RegExp
}

/** One way in which a sender proves itself. */
export type Proof = Signature | Token

/**
 * Verifies that a delivery comes from its sender. Never throws, whatever the delivery has.
 *
 * @param proofs the ways in which the sender may prove itself
 * @param secrets the secrets that are valid now; several while one is being replaced
 * @param headers the delivery's headers
 * @param body the delivery's bytes, exactly as they came
 * @param now epoch milliseconds
 * @returns whether one of the secrets proves it in one of the ways
 */
export async function verify(
  proofs: readonly Proof[],
  secrets: readonly Secret[],
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  now: number,
): Promise<boolean> {
  const checks = proofs.flatMap((proof) =>
    secrets
      .map((secret) => secret.reveal())
      .filter((secret) => proof.secrets?.test(secret) ?? true)
      .map((secret) =>
        proof.kind === 'token'
          ? hasToken(proof, secret, headers, body)
          : isSigned(proof, secret, headers, body, now),
      ),
  )
  return (await Promise.all(checks)).includes(true)
}

async function hasToken(
  { place, name, prefix = '' }: Token,
  secret: string,
  headers: Headers,
  body: Uint8Array,
): Promise<boolean> {
  const presented = (place === 'header' ? headers : formOf(body)).get(name)
  // an empty token proves nothing, whatever the secret
  return !!presented && equalDigests(await sha256(presented), await sha256(prefix + secret))
}
