import type { Vault, VaultServiceCreateRequest } from '../conductorone/wire.ts'

const CLOCK_SKEW_MS = 60_000
/** How long after its deadline ConductorOne may still carry out what it was sent. */
const LATE_CREATION_MS = 5 * 60_000

/** A create that got no answer. */
export type LostCreate = {
  readonly requestId: string
  /** what was sent */
  readonly sent: Pick<VaultServiceCreateRequest, 'displayName' | 'groupAuthzVault' | 'magicVault'>
  /** the line of provenance that ends its description */
  readonly provenance: string
  /** epoch milliseconds */
  readonly sentAt: number
  /** epoch milliseconds by which an answer was due */
  readonly deadline: number
}

/**
 * Says from when on the system log can hold the create.
 *
 * @returns epoch milliseconds
 */
export function searchFrom({ sentAt }: LostCreate): number {
  return sentAt - CLOCK_SKEW_MS
}

/**
 * Lists what speaks against a vault being the one that a lost create made. It must have the name, the kind and the views
 * that were asked for, have been created in the time of the attempt, and its description must end with the request's own
 * line of provenance. Anyone who asks for a vault can write such a line into a description, but not at its end.
 *
 * @returns sentences for a person; none if the vault is proven to be the request's
 */
export function doubtsAbout(vault: Vault, lost: LostCreate): string[] {
  const doubts = [
    !endsWithProvenance(vault, lost.provenance) && `Its description does not end with “${lost.provenance}”.`,
    vault.displayName !== lost.sent.displayName && `Its name is not “${lost.sent.displayName}”.`,
    !isOfKind(vault, lost.sent) && 'Its kind or the number of its views is not what was asked for.',
    !isDatedWithin(vault, searchFrom(lost), lost.deadline + LATE_CREATION_MS) &&
      'It was not created in the time of this request.',
    (vault.deletedAt ?? null) !== null && 'It was deleted.',
  ]
  return doubts.filter((doubt) => doubt !== false)
}

/**
 * Says whether the last line of a vault's description is a request's line of provenance.
 *
 * @param provenance the whole line
 */
export function endsWithProvenance({ description }: Vault, provenance: string): boolean {
  return typeof description === 'string' && description.trimEnd().split('\n').at(-1) === provenance
}

/** Unset fields come as null, blank, false or 0, or not at all. */
function isOfKind({ groupAuthzVault, magicVault }: Vault, sent: LostCreate['sent']): boolean {
  if (!sent.magicVault) return isObject(groupAuthzVault) && !isObject(magicVault)
  return (
    isObject(magicVault) &&
    !isObject(groupAuthzVault) &&
    (magicVault.allowedViews ?? 0) === sent.magicVault.allowedViews &&
    (magicVault.allowUnauthedViews ?? false) === sent.magicVault.allowUnauthedViews
  )
}

function isDatedWithin({ createdAt }: Vault, from: number, to: number): boolean {
  const time = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN
  return from <= time && time <= to
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
