/** How deeply JSON may be nested: documents inside tickets have some dozens of levels. */
export const MAX_JSON_DEPTH = 128

/**
 * Reads a body that stays within a limit, whatever length its sender declares.
 *
 * @param message a request or response whose body has not been read
 * @param maxBytes the limit
 * @returns the bytes exactly as they came, or undefined if there are more; the rest is not read
 * @throws whatever the stream throws if the body breaks off
 */
export async function readBody(
  message: Request | Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const length = framedLength(message.headers)
  if (length <= maxBytes) return new Uint8Array(await message.arrayBuffer())
  if (length > maxBytes) {
    await message.body?.cancel() // frees its connection
    return undefined
  }
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of message.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

/**
 * Reads a body that stays within a limit as UTF-8; bytes that are none become U+FFFD.
 *
 * @param message a request or response whose body has not been read
 * @param maxBytes the limit
 * @returns undefined if there is more; the rest is not read
 * @throws as {@link readBody}
 */
export async function readText(message: Request | Response, maxBytes: number): Promise<string | undefined> {
  // most bodies; the detour over bytes would cost 2 % of a create
  if (framedLength(message.headers) <= maxBytes) return message.text()
  const bytes = await readBody(message, maxBytes)
  return bytes && new TextDecoder().decode(bytes)
}

/**
 * Finds the length that HTTP itself enforces for a body: RFC 9112, section 6.3.
 *
 * @returns bytes, or NaN if the body ends some other way or grows when it is decompressed
 */
function framedLength(headers: Headers): number {
  const unframed = headers.has('Transfer-Encoding') || headers.has('Content-Encoding')
  return unframed ? Number.NaN : Number(headers.get('Content-Length') ?? Number.NaN)
}

/**
 * Parses JSON that comes from outside.
 *
 * @returns the value, or undefined if the text is not JSON or is nested too deeply to walk
 */
export function parseJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text)
    return isTooDeep(json) ? undefined : json
  } catch {
    return undefined
  }
}

/** Tells whether a JSON value is nested more deeply than `depth` levels, which would exhaust the stack of a reader. */
export function isTooDeep(value: unknown, depth: number = MAX_JSON_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((inner) => isTooDeep(inner, depth - 1))
}
