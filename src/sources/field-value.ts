/** The text of a custom field, or why it has none although it is filled in. */
export type FieldValue = { readonly text: string } | { readonly fault: string }

/** A field that holds something, but no text. */
export const UNREADABLE: FieldValue = { fault: 'holds a value that cannot be read; use a text field' }

/**
 * Reads a custom field that has one value or several.
 *
 * @param value text, a number, yes or no, or a list of those; null and empty text if the field was left open
 */
export function readFieldValue(value: unknown): FieldValue {
  if (value === null || value === undefined) return { text: '' }
  if (typeof value === 'number' || typeof value === 'boolean') return { text: String(value) }
  if (typeof value === 'string') return { text: value.trim() }
  if (!Array.isArray(value)) return UNREADABLE
  const items = value.map((item) => (Array.isArray(item) ? UNREADABLE : readFieldValue(item)))
  const texts = items.flatMap((item) => ('text' in item ? [item.text] : []))
  return texts.length === items.length ? { text: texts.join(', ') } : UNREADABLE
}
