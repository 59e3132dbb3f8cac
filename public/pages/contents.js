import { find } from './element.js'

/** How far down the window an operation begins to be the one that is read. */
const READING_LINE = '-15% 0px -70% 0px'

/** Marks in the contents which part is being read. */
export function markActiveSection() {
  const links = linksByTarget()
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = links.get(target.id)
        if (isIntersecting) link?.setAttribute('aria-current', 'true')
        else link?.removeAttribute('aria-current')
      }
    },
    { rootMargin: READING_LINE },
  )
  for (const id of links.keys()) {
    const target = document.getElementById(id)
    if (target) watcher.observe(target)
  }
}

/**
 * Finds the links of the contents by the id that they lead to.
 *
 * @returns {Map<string, HTMLAnchorElement>}
 */
function linksByTarget() {
  const links = [...document.querySelectorAll('#contents a')].filter(
    (link) => link instanceof HTMLAnchorElement,
  )
  return new Map(links.map((link) => [decodeURIComponent(link.hash.slice(1)), link]))
}

/** Lets a person search the page: operations and schemas without all of the words are hidden. */
export function enableSearch() {
  const input = find('#find', HTMLInputElement)
  const found = find('#found', HTMLElement)
  const parts = [...document.querySelectorAll('.operation[id], #schemas > details')]
  const links = linksByTarget()

  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    const hits = parts.filter((part) => {
      const text = (part.textContent ?? '').toLowerCase()
      return words.every((word) => text.includes(word))
    })
    for (const part of parts) {
      const hidden = !hits.includes(part)
      if (part instanceof HTMLElement) part.hidden = hidden
      const line = links.get(part.id)?.closest('li')
      if (line) line.hidden = hidden
    }
    for (const section of document.querySelectorAll('#operations > section, #schemas, #contents > section'))
      if (section instanceof HTMLElement) section.hidden = isEmpty(section)
    found.textContent = words.length === 0 ? '' : `${hits.length} found`
  })

  document.addEventListener('keydown', (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event
    if (key !== '/' || ctrlKey || metaKey || altKey) return
    if (target instanceof Element && target.matches('input, textarea, select')) return
    event.preventDefault()
    find('.contents details', HTMLDetailsElement).open = true
    input.focus()
    input.select()
  })
}

/**
 * Tells whether a section shows nothing.
 *
 * @param {Element} section
 */
function isEmpty(section) {
  const parts = [...section.querySelectorAll(':scope > .operation, :scope > details, :scope li')]
  return parts.length > 0 && parts.every((part) => part instanceof HTMLElement && part.hidden)
}
