import manifest from '../../package.json' with { type: 'json' }
import { headerComponents, type Part } from './headers.ts'
import { agentPaths } from './paths/agents.ts'
import { chatPaths } from './paths/chats.ts'
import { conductorOnePaths } from './paths/conductorone.ts'
import { securitySchemes } from './paths/keyed.ts'
import { peoplePaths } from './paths/people.ts'
import { requestPaths } from './paths/requests.ts'
import { servicePaths } from './paths/service.ts'
import { vaultPaths } from './paths/vaults.ts'
import { webhookPaths } from './paths/webhooks.ts'
import { exampleComponents } from './problem-examples.ts'
import { notFoundResponse, problemResponses } from './responses.ts'
import { schemaComponents } from './schemas.ts'

const description = `Ask for a vault in ConductorOne with a short request. It is made with the owners you name, at most once, and the
answer never claims an outcome that isn't confirmed.

Every error is \`application/problem+json\` (RFC 9457):

- \`code\` is stable, and [its page](/problems) says what to do.
- \`retryable\` says whether the same request may succeed later, unchanged.
- \`errors\` has a JSON pointer for each field at fault.
- \`upstream\` has ConductorOne's own answer.

Every answer has \`X-Request-Id\` and \`Cache-Control: no-store\`. \`HEAD\` works wherever \`GET\` does. Other paths are
answered with \`not-found\` (a page in browsers), other methods with \`method-not-allowed\` and \`Allow\`.`

/** The description of the API: OpenAPI 3.1, made of the schemas that validate and the table of problems. */
export const document: Part = {
  openapi: '3.1.1',
  info: {
    title: 'Vaults for ConductorOne',
    version: manifest.version,
    summary: 'Vaults in ConductorOne, from a ticket, a chat or a curl.',
    description: description.replaceAll(/(?<=\S)\n(?=[^\s-])/g, ' '),
    license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'Where this description comes from.' }],
  tags: [
    { name: 'Vaults', description: 'Make vaults and read them.' },
    { name: 'Requests', description: 'See what was asked for and what became of it.' },
    { name: 'Agents', description: 'Do the same as tools of the Model Context Protocol.' },
    { name: 'Webhooks', description: 'For ticketing systems and chats, which sign what they send.' },
    { name: 'Service', description: 'For operators, monitors and readers.' },
  ],
  paths: {
    ...vaultPaths,
    ...requestPaths,
    ...peoplePaths,
    ...agentPaths,
    ...webhookPaths,
    ...chatPaths,
    ...conductorOnePaths,
    ...servicePaths,
  },
  components: {
    schemas: schemaComponents,
    examples: exampleComponents,
    headers: headerComponents,
    securitySchemes,
  },
  // OpenAPI has no place for what all other paths and methods answer
  'x-unrouted': { ...problemResponses(['method-not-allowed', 'misconfigured']), ...notFoundResponse() },
}

/** Writes the description as its file has it. */
export function documentText(): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
