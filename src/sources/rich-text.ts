import * as z from 'zod/mini'
import { readMailtoLink } from './people.ts'

const Node = z.looseObject({
  type: z.optional(z.string()),
  text: z.optional(z.string()),
  attrs: z.optional(z.looseObject({ text: z.optional(z.string()), url: z.optional(z.string()) })),
  marks: z.optional(
    z.array(
      z.looseObject({ type: z.string(), attrs: z.optional(z.looseObject({ href: z.optional(z.string()) })) }),
    ),
  ),
  content: z.optional(z.array(z.unknown())),
})

/** Nodes that end a line. */
const BLOCKS = ['paragraph', 'heading', 'listItem', 'hardBreak', 'codeBlock', 'blockquote', 'tableCell']
/** Nodes that say nothing without text. */
const BARE_NODES = ['doc', 'paragraph', 'hardBreak', 'text']
/** Values and documents are nested a few levels deep; a deeper one was made to exhaust the reader. */
export const MAX_DOCUMENT_DEPTH = 32

/**
 * Reads the text of a document in the Atlassian Document Format.
 *
 * @param value a document, or text
 * @returns its text, a line for each block; empty for anything else
 * @see https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export function plainText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  const node = Node.safeParse(value)
  if (!node.success || depth > MAX_DOCUMENT_DEPTH) return ''
  const { type = '', text, attrs, content = [] } = node.data
  const inner = content.map((child) => plainText(child, depth + 1)).join('')
  const own = text ?? attrs?.text ?? attrs?.url ?? ''
  const all = own + inner
  if (!BLOCKS.includes(type)) return depth === 0 ? all.trim() : all
  return all.endsWith('\n') ? all : `${all}\n`
}

/** Tells whether a document without text is an empty one, and not a picture, for example. */
export function isBlankDocument(value: unknown, depth = 0): boolean {
  const { data } = Node.safeParse(value)
  if (!data || depth > MAX_DOCUMENT_DEPTH || !BARE_NODES.includes(data.type ?? '')) return false
  return (data.content ?? []).every((child) => isBlankDocument(child, depth + 1))
}

/** Tells whether a document has text that is struck out, or a link to another address than people see. */
export function isMisleading(value: unknown, depth = 0): boolean {
  const { data } = Node.safeParse(value)
  if (!data || depth > MAX_DOCUMENT_DEPTH) return false
  const { text = '', marks = [], content = [] } = data
  const isMarked = marks.some(({ type, attrs }) => {
    const [, target] = /^mailto:(.*)$/is.exec(attrs?.href ?? '') ?? []
    return type === 'strike' || (target !== undefined && readMailtoLink(text, target) === undefined)
  })
  return isMarked || content.some((child) => isMisleading(child, depth + 1))
}
