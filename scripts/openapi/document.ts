import manifest from '../../package.json' with { type: 'json' }
import { headerComponents, type Part } from './headers.ts'
import { chatPaths } from './paths/chats.ts'
import { conductorOnePaths } from './paths/conductorone.ts'
import { securitySchemes } from './paths/keyed.ts'
import { requestPaths } from './paths/requests.ts'
import { servicePaths } from './paths/service.ts'
import { vaultPaths } from './paths/vaults.ts'
import { webhookPaths } from './paths/webhooks.ts'
import { exampleComponents } from './problem-examples.ts'
import { notFoundResponse, problemResponses } from './responses.ts'
import { schemaComponents } from './schemas.ts'

const description = `Vaults in ConductorOne from a short request: with the right owners, at most once, and never an untrue word about
the outcome.

Whatever goes wrong is answered as \`application/problem+json\` (RFC 9457). \`code\` is stable; \`retryable\` says whether
the same request may succeed later, unchanged; \`errors\` has a JSON pointer for each field at fault; \`upstream\` has what
ConductorOne said. Any other path is answered with \`not-found\` (browsers get a page), any other method of these paths with
\`method-not-allowed\` and \`Allow\`; \`HEAD\` goes wherever \`GET\` does, and a slash at
the end of a path changes nothing.

Every answer has \`X-Request-Id\`, \`Cache-Control: no-store\`, and the headers that fence browsers in, such as
\`Content-Security-Policy\` and \`Strict-Transport-Security\`.`

/** The description of the API: OpenAPI 3.1, made of the schemas that validate and the table of problems. */
export const document: Part = {
  openapi: '3.1.1',
  info: {
    title: 'Vaults for ConductorOne',
    version: manifest.version,
    summary: 'Vaults in ConductorOne, from a ticket, a chat or a curl.',
    description: description.replaceAll(/(?<=\S)\n(?=\S)/g, ' '),
    license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'Where this description comes from.' }],
  tags: [
    { name: 'Vaults', description: 'Making vaults, and reading them.' },
    { name: 'Requests', description: 'What was asked for and what became of it.' },
    { name: 'Webhooks', description: 'Deliveries of other systems, signed by them.' },
    { name: 'Service', description: 'For operators, monitors and readers. No key is needed.' },
  ],
  paths: {
    ...vaultPaths,
    ...requestPaths,
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

/** @returns the description as it stands in its file */
export function documentText(): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
