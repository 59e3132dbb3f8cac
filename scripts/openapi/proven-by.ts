import type { Proof } from '../../src/sources/proof.ts'

/** Says in words which headers and fields prove a delivery of a sender, and how. */
export function provenBy(proofs: readonly Proof[]): string {
  const ways = proofs.map((proof) =>
    proof.kind === 'token'
      ? `${proof.place === 'field' ? 'the field ' : ''}\`${proof.name}\`, the secret itself`
      : `\`${proof.header}\`, ${proof.algorithm}`,
  )
  return [...new Set(ways)].join('; or ')
}
