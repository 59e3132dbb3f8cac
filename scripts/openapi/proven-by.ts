import type { Proof } from '../../src/sources/proof.ts'

/** @returns the headers and fields that prove a delivery of a sender, and how, as words */
export function provenBy(proofs: readonly Proof[]): string {
  const ways = proofs.map((proof) =>
    proof.kind === 'token'
      ? `${proof.place === 'field' ? 'the field ' : ''}\`${proof.name}\`, the secret itself`
      : `\`${proof.header}\`, ${proof.algorithm}`,
  )
  return [...new Set(ways)].join('; or ')
}
