import type { Definition, ListItem, PhrasingContent, RootContent } from 'mdast'
import { flatten, parseMarkdown, rangeOf, withoutHiddenHtml } from './markdown.ts'
import { readMailtoLink } from './people.ts'
import type { Question } from './questions.ts'

/** What stands below a question: its text, or the end of a sentence that says why it cannot be read. */
export type AnswerText = { readonly text: string } | { readonly fault: string }

/** Enough for 32 owners; longer answers are not parsed. */
const MAX_ANSWER_CHARS = 12_000

const NO_ANSWER = /^[_*]no response[_*]$/i
/** Marks of text that is struck out; GitHub takes one tilde for two. */
export const STRUCK_OUT = /~~[\s\S]+?~~|~[^\s~](?:[^~]*[^\s~])?~/

/**
 * Reads an answer below a question. A description stays as it is written, but for comments, which people do not see. Of
 * the others only the text counts.
 *
 * @param source the Markdown below the heading
 * @param definitions the source of the document's link definitions, which an answer may refer to
 */
export function readAnswer(source: string, { answer }: Question, definitions: string): AnswerText {
  if (NO_ANSWER.test(source.trim())) return { text: '' }
  if (source.length > MAX_ANSWER_CHARS)
    return { fault: `is longer than ${MAX_ANSWER_CHARS.toLocaleString('en')} characters; shorten it` }
  if (answer === 'text') return { text: withoutComments(source) }
  try {
    const blocks = parseMarkdown(source.includes(']') ? `${source}\n\n${definitions}` : source).children
    const text = blocks
      .map((block) => blockText(block, answer))
      .join('\n')
      .trim()
    // an answer of which nothing is text, such as a line across the page, was not left open
    return text === '' && !blocks.every(isHidden)
      ? { fault: 'has no text that can be read; write it as plain text' }
      : { text }
  } catch (error) {
    if (error instanceof UnreadableError) return { fault: error.message }
    throw error
  }
}

/** An answer whose meaning would be a guess. */
class UnreadableError extends Error {}

/** Removes comments and the link definitions that nothing refers to, which have no place on the page either. */
function withoutComments(source: string): string {
  const nodes = flatten(parseMarkdown(source))
  const hidden = nodes.flatMap((node) => {
    const [start, end] = rangeOf(node)
    if (node.type === 'html') {
      const visible = withoutHiddenHtml(node.value)
      return visible === node.value ? [] : [{ start, end, visible }]
    }
    return node.type === 'definition' && !isUsed(node, source) ? [{ start, end, visible: '' }] : []
  })
  let text = source
  for (const { start, end, visible } of hidden.toReversed())
    text = text.slice(0, start) + visible + text.slice(end)
  return text.trim()
}

/** Tells whether a block is a comment: of HTML, or a link definition as Markdown's authors use it, `[//]: # (…)`. */
function isHidden(block: RootContent): boolean {
  if (block.type === 'definition') return block.url === '#' || block.url === ''
  return block.type === 'html' && withoutHiddenHtml(block.value).trim() === ''
}

function isUsed({ label, identifier }: Definition, source: string): boolean {
  const reference = `[${(label ?? identifier).toLowerCase()}]`
  return source.toLowerCase().split(reference).length > 2
}

function blockText(block: RootContent, answer: Question['answer']): string {
  switch (block.type) {
    case 'paragraph':
      return inlineText(block.children, answer)
    case 'code':
      return block.value
    case 'list': {
      if (answer === 'line') throw new UnreadableError('is written as a list; write it as one line of text')
      const items = block.children.map((item) => readItem(item, answer))
      const boxes = items.filter(({ ticked }) => ticked !== undefined)
      const chosen = boxes.length > 0 ? items.filter(({ ticked }) => ticked !== false) : items
      if (chosen.length === 0) throw new UnreadableError('has boxes, and none of them is ticked')
      return chosen.map(({ text }) => text).join('\n')
    }
    case 'html': {
      if (withoutHiddenHtml(block.value).trim() === '') return ''
      throw new UnreadableError('has HTML, which is not read; write it as plain text')
    }
    case 'definition':
      return ''
    case 'blockquote':
      throw new UnreadableError('is written as a quote; write it as plain text')
    case 'heading':
      throw new UnreadableError('has a heading in it; write it as plain text')
    default:
      throw new UnreadableError('has more than text in it; write it as plain text')
  }
}

function readItem(item: ListItem, answer: Question['answer']): { text: string; ticked?: boolean } {
  const text = item.children.map((child) => blockText(child, answer)).join('\n')
  const [box, mark] = /^\[([ xX])\]\s+/.exec(text) ?? []
  return box === undefined ? { text } : { text: text.slice(box.length), ticked: mark !== ' ' }
}

function inlineText(nodes: readonly PhrasingContent[], answer: Question['answer']): string {
  const text = nodes.map((node) => nodeText(node, answer)).join('')
  if (STRUCK_OUT.test(text)) throw new UnreadableError('has text that is struck out; remove it')
  return text
}

function nodeText(node: PhrasingContent, answer: Question['answer']): string {
  switch (node.type) {
    case 'text':
    case 'inlineCode':
      return node.value
    case 'break':
      return '\n'
    case 'emphasis':
    case 'strong':
    case 'delete':
    case 'linkReference':
      return inlineText(node.children, answer)
    case 'link': {
      const label = inlineText(node.children, answer)
      const [, target] = /^mailto:(.*)$/is.exec(node.url) ?? []
      if (answer !== 'people' || target === undefined) return label
      const person = readMailtoLink(label, target)
      if (person !== undefined) return person
      throw new UnreadableError(`shows ${label} with a link to ${target}; write the one that is meant`)
    }
    case 'html':
      if (/^<br\s*\/?>$/i.test(node.value)) return '\n'
      if (withoutHiddenHtml(node.value) === '') return ''
      throw new UnreadableError('has HTML, which is not read; write it without < and >')
    default:
      throw new UnreadableError('has more than text in it; write it as plain text')
  }
}
