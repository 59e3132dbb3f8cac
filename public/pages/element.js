/**
 * Makes an element. Text stays text: nothing is ever read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string | boolean | undefined>>} attributes false and undefined ones are left out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children)
  return made
}

/**
 * Makes a part of the page that is folded until it is wanted.
 *
 * @param {string} summary
 * @param {...Node} content
 */
export function folded(summary, ...content) {
  return element('details', {}, element('summary', {}, summary), ...content)
}

/**
 * Finds an element that the page is sure to have.
 *
 * @template {Element} Kind
 * @param {string} selector
 * @param {new () => Kind} kind
 * @param {ParentNode} inside
 * @returns {Kind} the first such element
 * @throws {TypeError} if the page lacks it
 */
export function find(selector, kind, inside = document) {
  const found = inside.querySelector(selector)
  if (!(found instanceof kind)) throw new TypeError(`The page lacks ${selector}.`)
  return found
}

/**
 * Shows a text of the API's description: blank lines part paragraphs, lines that begin with `- ` are a list, and
 * {@link words} has the rest.
 *
 * @param {string} text
 * @returns {HTMLElement[]}
 */
export function prose(text) {
  return text.split(/\n\s*\n/).map((part) => {
    const lines = part.split('\n')
    if (!lines.every((line) => line.startsWith('- '))) return element('p', {}, ...words(part))
    return element('ul', {}, ...lines.map((line) => element('li', {}, ...words(line.slice(2)))))
  })
}

/** Code between backticks, or a link to a path of this deployment. */
const MARKS = /(`[^`]*`|\[[^\]]+\]\(\/[^)\s]*\))/

/**
 * Makes elements of the code and the links in a text.
 *
 * @param {string} text as CommonMark has them
 * @returns {(Node | string)[]} the text and the elements
 */
export function words(text) {
  return text.split(MARKS).map((part, index) => {
    if (index % 2 === 0) return part
    if (part.startsWith('`')) return element('code', {}, part.slice(1, -1))
    const [name = '', href = ''] = part.slice(1, -1).split('](')
    return element('a', { href }, name)
  })
}
