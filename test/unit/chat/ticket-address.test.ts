import { expect, test } from 'vitest'
import { readTicket } from '../../../src/chat/ticket-address.ts'

const SERVICE_NOW = 'https://acme.service-now.com'

test.each([
  ['https://acme.atlassian.net/browse/SEC-1', 'SEC-1'],
  ['https://acme.atlassian.net/browse/sec-1?focusedId=7', 'SEC-1'],
  ['https://jira.acme.example/browse/SEC_OPS-12/', 'SEC_OPS-12'],
  ['https://acme.atlassian.net/jira/software/projects/SEC/boards/7?selectedIssue=SEC-1', 'SEC-1'],
  ['https://acme.atlassian.net/jira/software/projects/SEC/boards/7?x=1&selectedIssue=SEC-2', 'SEC-2'],
  ['https://acme.atlassian.net/jira/software/c/projects/SEC/issues/SEC-3', 'SEC-3'],
  ['https://acme.atlassian.net/projects/SEC/issues/SEC-3', 'SEC-3'],
  ['https://acme.atlassian.net/jira/core/projects/SEC/board?selectedIssue=SEC-4', 'SEC-4'],
  ['https://acme.atlassian.net/secure/RapidBoard.jspa?rapidView=7&selectedIssue=SEC-5', 'SEC-5'],
  ['https://acme.atlassian.net/jira/browse/SEC-6', 'SEC-6'],
  ['https://acme.atlassian.net/browse/SEC-1?selectedIssue=SEC-2', 'SEC-1'],
  ['https://acme.atlassian.net/servicedesk/customer/portal/3/HELP-4', 'HELP-4'],
  ['https://github.com/acme/infra/issues/12', 'acme/infra#12'],
  ['https://github.com/acme/website/issues/12', 'acme/website#12'],
  ['https://github.com/acme/website/pull/12/', 'acme/website#12'],
  ['https://github.acme.example/acme/website/issues/12#issuecomment-1', 'acme/website#12'],
  ['https://github.com/acme/website/pull/12/files', 'acme/website#12'],
  ['https://acme.atlassian.net/jira/servicedesk/projects/SEC/queues/custom/5/SEC-7', 'SEC-7'],
  ['https://acme.ghe.com/acme/website/issues/12', 'acme/website#12'],
  ['https://ghe.acme.example/acme/website/issues/12', 'acme/website#12'],
  ['https://www.github.com/acme/website/issues/12', 'acme/website#12'],
  ['https://github/acme/website/issues/12', 'acme/website#12'],
  ['https://jira.acme.example/jira/browse/SEC-1', 'SEC-1'],
  ['https://gitlab.com/acme/it/access/-/issues/12', 'acme/it/access#12'],
  ['https://git.acme.example/acme/access/-/work_items/12', 'acme/access#12'],
  ['https://linear.app/acme/issue/SEC-5/vault-please', 'SEC-5'],
  ['https://linear.app/acme/issue/SEC-6', 'SEC-6'],
  [`${SERVICE_NOW}/nav_to.do?uri=sc_req_item.do%3Fsys_id%3Daaaa`, 'sc_req_item/aaaa'],
  [`${SERVICE_NOW}/nav_to.do?uri=sc_req_item.do%3Fsys_id%3Dbbbb`, 'sc_req_item/bbbb'],
  [`${SERVICE_NOW}/incident.do?sysparm_view=x&sys_id=cccc`, 'incident/cccc'],
  [`${SERVICE_NOW}/now/nav/ui/classic/params/target/incident.do%3Fsys_id%3Ddddd`, 'incident/dddd'],
  [`${SERVICE_NOW}/now/sow/record/incident/eeee`, 'incident/eeee'],
  ['https://acme.pagerduty.com/incidents/PGR0VU2', 'PGR0VU2'],
  ['https://acme.zendesk.com/agent/tickets/5158', '5158'],
  ['https://acme.zendesk.com/hc/en-us/requests/5158', '5158'],
])('%s is the ticket %s', (url, id) => {
  expect(readTicket(url)).toEqual({ id, url })
})

test.each([
  'https://acme.example/tickets/12',
  'https://acme.example/acme/website/issues/12',
  `${SERVICE_NOW}/sp?id=ticket`,
  'https://acme.atlassian.net/jira/software/projects/SEC/boards/7',
  'https://acme.atlassian.net/wiki/spaces/SEC/pages/12',
  'https://acme.atlassian.net/wiki/spaces/SEC/browse/SEC-1',
  'https://acme.atlassian.net/wiki/x?selectedIssue=SEC-1',
  'https://acme.atlassian.net.example.com/jira/boards/7?selectedIssue=SEC-1',
  'https://acme.sentry.io/issues/OPS-1/',
  'https://git.acme.example/projects/X/repos/y/browse/OPS-1',
  'https://git.acme.example/projects/X/issues/OPS-1',
  'https://app.plane.so/acme/browse/SEC-9/',
  'https://acme.youtrack.cloud/issues/SEC-9',
  'https://acme.example/servicedesk/customer/portal/3/SEC-9',
  'https://example.com/x?selectedIssue=SEC-9',
  'https://example.com/browse/SEC-9/comments',
  'https://github.com/acme/infra/issues',
  'https://acme.github.io/acme/website/issues/12',
  'https://github.io/acme/website/issues/12',
  'https://acme.github.example/acme/website/issues/12',
  'https://acme.ghe.com.example/acme/website/issues/12',
  'https://git.acme.example/x/jira/browse/OPS-1',
  'https://acme.zendesk.com/agent/tickets/5158abc',
  'https://acme.pagerduty.com/incidents/PGR0VU2-x',
  'https://linear.app/acme/team/SEC/all',
  'https://acme.example',
])('%s is an id as a whole, as no system writes tickets so', (url) => {
  expect(readTicket(url)).toEqual({ id: url, url })
})

test.each(['SEC-42', 'acme/access#12', 'INC:4711', 'https:', 'https//acme.example'])('%s is an id', (id) => {
  expect(readTicket(id)).toMatchObject({ id })
})

test.each([
  ['[SEC-9](https://acme.atlassian.net/browse/SEC-1)'],
  ['[the ticket](<https://acme.atlassian.net/browse/SEC-1>)'],
  ['<https://acme.atlassian.net/browse/SEC-1>'],
])('a link is the ticket that it leads to: %s', (answer) => {
  expect(readTicket(answer)).toEqual({ id: 'SEC-1', url: 'https://acme.atlassian.net/browse/SEC-1' })
})

test.each(['<SEC-9>', '[SEC-9]', '[SEC-9](x)'])('%s is an id as it is written', (answer) => {
  expect(readTicket(answer)).toEqual({ id: answer })
})
