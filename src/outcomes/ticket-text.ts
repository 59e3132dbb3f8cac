/**
 * Words that a ticketing system could make something of: mentions, addresses and links, references to issues, merge
 * requests, epics, labels and snippets, Markdown and HTML, entities, quick actions, placeholders.
 */
const RISKY =
  /[@#`*_~<>[\]\\|]|[!$%&]\p{N}|[!&%](?=[\w"'[])[^\s;]*;?|:\/\/|^\/|\bwww\.|\bgh-\p{N}|\{\{|[\p{L}\p{N}]\.\p{L}{2}/iu

/** Characters that reorder or hide what stands around them, and those that begin a line. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu

const ZERO_WIDTH_SPACE = '\u200b'

/**
 * Writes foreign text into Markdown so that it stays text. Words that could have an effect become code, in which GitHub,
 * GitLab and Linear see neither mentions nor links, and from which people can still copy them.
 *
 * @param text what people or ConductorOne wrote, of any length and kind
 * @returns one line
 */
export function markdownText(text: string): string {
  return oneLine(text).replaceAll(/\S+/g, (word) => (RISKY.test(word) ? codeSpan(word) : word))
}

/**
 * Writes foreign text into plain text in which links, mentions, Markdown links and placeholders are recognized: an
 * invisible space breaks them.
 *
 * @param text what people or ConductorOne wrote
 * @returns one line
 */
export function brokenText(text: string): string {
  return oneLine(text).replaceAll(
    /@|:(?=\/\/)|\bwww(?=\.)|\{(?=\{)|\](?=[([])|!(?=\[)|</gi,
    `$&${ZERO_WIDTH_SPACE}`,
  )
}

/** A code span: its fence is longer than any run of backticks in it. CommonMark, section 6.1. */
function codeSpan(word: string): string {
  const longest = Math.max(0, ...Array.from(word.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const space = longest > 0 ? ' ' : ''
  return fence + space + word + space + fence
}

function oneLine(text: string): string {
  return text.replaceAll(INVISIBLE, ' ').replaceAll(/\s+/g, ' ').trim()
}
