import * as z from 'zod/mini'
import { type FieldValue, UNREADABLE } from './field-value.ts'
import { isBlankDocument, isMisleading, MAX_DOCUMENT_DEPTH, plainText } from './rich-text.ts'

const Person = z.looseObject({
  accountId: z.optional(z.string()),
  displayName: z.optional(z.string()),
  emailAddress: z.nullish(z.string()),
})

const Option = z.looseObject({
  value: z.optional(z.unknown()),
  name: z.optional(z.unknown()),
  /** The second part of a cascading option. */
  child: z.nullish(z.unknown()),
})
const Document = z.looseObject({ type: z.string() })

/**
 * Reads a custom field: text, a number, a document, an option, a user, or a list of those.
 *
 * @param value as the delivery has it
 * @param name what the author calls the field
 */
export function readJiraField(value: unknown, name: string): FieldValue {
  const people = hiddenPeople(value)
  if (people.length > 0) {
    const addresses = people.length > 1 ? 'addresses' : 'address'
    return {
      fault: `cannot be read: the e-mail ${addresses} of ${people.join(', ')} ${people.length > 1 ? 'are' : 'is'} hidden from webhooks: write the ${addresses} into “${name}”`,
    }
  }
  const text = fieldText(value)
  return text === undefined ? UNREADABLE : { text }
}

/** Names every person in a picker whose address Jira hides. */
function hiddenPeople(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((item) => {
    const { data } = Person.safeParse(item)
    if (!data || data.emailAddress || (data.accountId === undefined && data.displayName === undefined))
      return []
    return [data.displayName?.trim() || data.accountId || '']
  })
}

/** Reads the text of a field: empty if it was left open, undefined if it holds something that is not text. */
function fieldText(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DOCUMENT_DEPTH) return undefined
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) {
    const texts = value.map((item) => fieldText(item, depth + 1))
    return texts.includes(undefined) ? undefined : texts.join(', ')
  }
  const { emailAddress } = Person.safeParse(value).data ?? {}
  if (emailAddress) return emailAddress
  const option = Option.safeParse(value).data
  if (option?.child) return undefined
  const inner = option?.value ?? option?.name
  if (inner !== undefined) return fieldText(inner, depth + 1)
  if (!Document.safeParse(value).success || isMisleading(value)) return undefined
  const text = plainText(value).trim()
  return text !== '' || isBlankDocument(value) ? text : undefined
}
