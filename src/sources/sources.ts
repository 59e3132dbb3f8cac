import type { TicketSender } from '../config/senders.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { jira } from './jira.ts'
import { linear } from './linear.ts'
import { pagerduty } from './pagerduty.ts'
import type { Source } from './source.ts'
import { standard } from './standard.ts'
import { zendesk } from './zendesk.ts'

const table = { standard, github, gitlab, jira, zendesk, linear, pagerduty } satisfies Readonly<
  Record<TicketSender, Source>
>

/** Every ticketing system whose deliveries are read, by the name in its path. */
export const sources: ReadonlyMap<string, Source> = new Map(Object.entries(table))
