import { MAX_OWNERS } from '../config/fields.ts'
import type { Policy, Preset } from '../config/policy.ts'
import { parseDuration } from '../lib/duration.ts'
import { comparable } from '../lib/text.ts'
import { faultsInWords } from '../problem/fields.ts'
import { type FieldFault, Problem } from '../problem/problem.ts'
import type { ProvisioningRequest } from './request.ts'

/** Who asks, as far as presets depend on it. */
export type Asker = {
  /** `api`, or the sender's name */
  readonly source: string
  readonly caller: string
  /** the presets that the caller's key must use one of; undefined if it may use any, or none */
  readonly presets?: readonly string[] | undefined
}

/** A request with what its preset makes of it. */
export type PresetRequest = {
  readonly request: ProvisioningRequest
  /** the preset's own rules for the completed request */
  readonly preset: Preset | undefined
}

/**
 * Applies the preset that a request names.
 *
 * @returns the request as if it had been written with what the preset fixes and adds
 * @throws {Problem} `policy-violation` if there is no such preset for the asker, or the request says something else than
 *   it fixes
 */
export function applyPreset(
  request: ProvisioningRequest,
  policy: Policy,
  asker: Asker | undefined,
): PresetRequest {
  const { preset: name } = request
  checkKey(name, asker)
  if (name === undefined) return { request, preset: undefined }
  const preset = Object.hasOwn(policy.presets, name) ? policy.presets[name] : undefined
  if (!preset || !mayUse(preset, asker)) throw noSuchPreset(policy, asker)
  const faults = contradictions(request, name, preset)
  if (faults.length > 0) throw violation(...faults)
  const owners = distinct([...(request.owners ?? []), ...preset.owners])
  if (owners.length > MAX_OWNERS)
    throw violation({
      pointer: '/owners',
      detail: `must name at most ${MAX_OWNERS} owners, with those of the preset`,
    })
  const { kind, maxViews, credentialTtl } = preset
  return {
    preset,
    request: {
      ...request,
      name: withPrefix(request.name, preset.namePrefix ?? ''),
      ...(owners.length > 0 && { owners }),
      ...(kind && { kind }),
      ...(maxViews && { maxViews }),
      ...(credentialTtl && { credentialTtl }),
    },
  }
}

/** Refuses a key that is for presets only, if the request names none of them. */
function checkKey(name: string | undefined, asker: Asker | undefined): void {
  const { presets } = asker ?? {}
  if (!presets || (name !== undefined && presets.includes(name))) return
  const only = presets.length === 1 ? 'that preset' : 'those presets'
  throw violation({
    pointer: '/preset',
    detail: `must be ${presets.join(' or ')}: this key is for ${only} only`,
  })
}

function mayUse({ sources, callers }: Preset, asker: Asker | undefined): boolean {
  return includes(sources, asker?.source) && includes(callers, asker?.caller)
}

function includes(names: readonly string[], name: string | undefined): boolean {
  return names.length === 0 || (name !== undefined && names.includes(name))
}

function noSuchPreset(policy: Policy, asker: Asker | undefined): Problem {
  const usable = Object.keys(policy.presets).filter((name) => {
    const preset = policy.presets[name]
    return preset && mayUse(preset, asker) && (asker?.presets?.includes(name) ?? true)
  })
  const detail =
    usable.length > 0 ? `must be ${usable.join(' or ')}` : 'names a preset, and there is none for you here'
  return violation({ pointer: '/preset', detail })
}

/** Finds what a request says in contradiction to its preset. */
function contradictions(request: ProvisioningRequest, name: string, preset: Preset): FieldFault[] {
  const faults: FieldFault[] = []
  const fixed = (field: 'kind' | 'maxViews' | 'credentialTtl', same: boolean) => {
    if (preset[field] !== undefined && request[field] !== undefined && !same)
      faults.push({
        pointer: `/${field}`,
        detail: `is fixed by the preset "${name}": ${preset[field]}; remove it`,
      })
  }
  fixed('kind', request.kind === preset.kind)
  fixed('maxViews', request.maxViews === preset.maxViews)
  fixed('credentialTtl', seconds(request.credentialTtl) === seconds(preset.credentialTtl))
  return faults
}

function seconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration)
}

/** Puts the prefix before a name that has it not yet. */
function withPrefix(name: string, prefix: string): string {
  return comparable(name).startsWith(comparable(prefix)) ? name : prefix + name
}

/** Leaves out owners that are named before, in whatever letters. */
function distinct(owners: readonly string[]): string[] {
  const known = new Set<string>()
  return owners.filter((owner) => {
    const key = owner.includes('@') ? owner.toLowerCase() : owner
    return !known.has(key) && known.add(key)
  })
}

/** Makes the problem of a request that the policy does not allow. */
export function violation(...errors: readonly FieldFault[]): Problem {
  return new Problem('policy-violation', `Not allowed: ${faultsInWords(errors)}.`, { errors })
}
