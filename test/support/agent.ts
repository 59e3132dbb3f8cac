import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { KEYS } from './worker.ts'

/** How an agent's client speaks: with the handshake of the revisions up to 2025-11-25, or without one, as from 2026-07-28. */
export const ERAS = { handshake: 'legacy', stateless: { pin: '2026-07-28' } } as const

/** What a tool answered; tests look into it freely. */
export interface ToolAnswer {
  readonly isError: boolean
  /** our own words */
  readonly summary: string
  /** the marked block with other people's words */
  readonly marked: string
  // biome-ignore lint/suspicious/noExplicitAny: what is in an answer is what a test is about
  readonly content: any
}

/** An agent: the protocol's official client, with a caller's key. */
export interface Agent {
  readonly client: Client
  call(tool: string, args?: Record<string, unknown>): Promise<ToolAnswer>
}

/**
 * Connects an agent to a Worker.
 *
 * @param worker where it runs
 * @param as the caller whose key it has
 */
export async function connectAgent(
  worker: URL,
  as: keyof typeof KEYS = 'runbook',
  era: keyof typeof ERAS = 'handshake',
): Promise<Agent> {
  const client = new Client(
    { name: 'test-agent', version: '1.0.0' },
    { versionNegotiation: { mode: ERAS[era] } },
  )
  const requestInit = { headers: { Authorization: `Bearer ${KEYS[as]}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', worker), { requestInit }))
  return {
    client,
    async call(name, args = {}) {
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: args })
      const texts = content.map((block) => (block.type === 'text' ? block.text : ''))
      const [summary = '', marked = ''] = texts
      return { isError: isError === true, summary, marked, content: structuredContent }
    },
  }
}
