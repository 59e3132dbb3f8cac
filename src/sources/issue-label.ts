/**
 * @param labels what an issue carries, by name
 * @param wanted the label that makes an issue a request
 * @returns whether it is among them, without regard to case
 */
export function hasLabel(labels: readonly ({ readonly name: string } | string)[], wanted: string): boolean {
  return labels.some((label) => isLabel(typeof label === 'string' ? label : label.name, wanted))
}

/** @returns whether a label is the wanted one, without regard to case */
export function isLabel(name: string, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase()
}
