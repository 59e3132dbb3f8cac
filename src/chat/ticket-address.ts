import { decodePercent } from '../lib/encoding.ts'

/** A ticket as a request has it. */
type Ticket = { readonly id: string; readonly url?: string }

/** How a system's addresses name a ticket; undefined if an address is not one of a ticket there. */
type AddressReader = (url: URL) => string | undefined

const ISSUE_KEY = /^[A-Z][A-Z0-9_]*-\d+$/i

/** `browse/SEC-1` on any host, and what only Atlassian's own hosts write. */
const jira: AddressReader = ({ hostname, pathname, searchParams }) => {
  const isCloud = hostname.endsWith('.atlassian.net')
  const [, inPath] = (isCloud ? CLOUD_ISSUE : BROWSED_ISSUE).exec(pathname) ?? []
  const key = inPath ?? (isCloud && CLOUD_BOARD.test(pathname) && searchParams.get('selectedIssue'))
  return key && ISSUE_KEY.test(key) ? key.toUpperCase() : undefined
}

/**
 * At the root or below the usual context path of Jira's own servers; other systems have `browse/` further down a path.
 */
const BROWSED_ISSUE = /^(?:\/jira)?\/browse\/([^/]+)\/?$/
/** An issue itself, in its project, in a queue of the service desk, or as its customer sees it. */
const CLOUD_ISSUE =
  /^\/(?:(?:jira\/)?browse|(?:jira\/\w+\/(?:c\/)?)?projects\/[^/]+\/(?:issues|queues\/\w+\/\d+)|servicedesk\/customer\/portal\/\d+)\/([^/]+)\/?$/
/** A board, a list or a queue, on which `selectedIssue` is open. */
const CLOUD_BOARD = /^\/(?:jira\/|secure\/RapidBoard\.jspa$)/

/** GitHub's own hosts, and servers whose name begins with its name; the pages that people publish there are others. */
const GITHUB_HOST = /^(?:www\.github\.com|[^.]+\.ghe\.com|(?:github|ghe)(?!\.io$)(?:\..+)?)$/

/** `owner/repo/issues/12` */
const github: AddressReader = ({ hostname, pathname }) => {
  if (!GITHUB_HOST.test(hostname)) return undefined
  const [, repository, number] = /^\/([^/]+\/[^/]+)\/(?:issues|pull)\/(\d+)(?:\/|$)/.exec(pathname) ?? []
  return repository && `${repository}#${number}`
}

/** `group/project/-/issues/12` on any host. */
const gitlab: AddressReader = ({ pathname }) => {
  const [, project, number] = /^\/(.+?)\/-\/(?:issues|work_items)\/(\d+)\/?$/.exec(pathname) ?? []
  return project && `${project}#${number}`
}

/** `workspace/issue/SEC-5/a-title`. */
const linear: AddressReader = ({ hostname, pathname }) => {
  const [, key = ''] = /^\/[^/]+\/issue\/([^/]+)/.exec(pathname) ?? []
  return hostname === 'linear.app' && ISSUE_KEY.test(key) ? key.toUpperCase() : undefined
}

/** A record by its table and `sys_id`, in either of the two user interfaces, perhaps inside of another address. */
const serviceNow: AddressReader = ({ hostname, pathname, search }) => {
  if (!hostname.endsWith('.service-now.com')) return undefined
  const text = decodePercent(decodePercent(pathname + search))
  const [, table, id] =
    /([a-z][\w]*)\.do\?(?:[^?#]*&)?sys_id=(\w+)/.exec(text) ?? /\/record\/([a-z]\w*)\/(\w+)/.exec(text) ?? []
  return table && `${table}/${id}`
}

const pagerduty: AddressReader = ({ hostname, pathname }) =>
  hostname.endsWith('.pagerduty.com') ? /^\/incidents\/(\w+)(?:\/|$)/.exec(pathname)?.[1] : undefined

const zendesk: AddressReader = ({ hostname, pathname }) =>
  hostname.endsWith('.zendesk.com')
    ? /^\/(?:agent\/tickets|tickets|requests|hc\/(?:[^/]+\/)?requests)\/(\d+)(?:\/|$)/.exec(pathname)?.[1]
    : undefined

const READERS: readonly AddressReader[] = [linear, github, gitlab, pagerduty, zendesk, serviceNow, jira]

/**
 * Reads a ticket that a person names: by its id, or by an address, as its system writes it. Any other address is the id
 * as a whole, never a part of it.
 */
export function readTicket(answer: string): Ticket {
  const [, bare, target] = LINK.exec(answer) ?? []
  const address = bare ?? target ?? answer
  const url = /^https?:/i.test(address) ? URL.parse(address) : null
  if (!url) return { id: answer }
  const id = READERS.map((read) => read(url)).find((one) => one !== undefined && one !== '')
  return { id: id ?? address, url: address }
}

/** A link in Markdown: a ticket is where it leads, whatever its label says. */
const LINK = /^(?:<([^<>\s]+)>|\[[^\]]*\]\(<?([^\s()<>]+)>?\))$/
