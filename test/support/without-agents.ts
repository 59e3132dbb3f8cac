// Stands in for the agents' library in a bundle whose size is measured; see `bundleWithoutAgents`.
export const createMcpHandler = undefined
export const isLegacyRequest = undefined
export const McpServer = undefined
export const WebStandardStreamableHTTPServerTransport = undefined
