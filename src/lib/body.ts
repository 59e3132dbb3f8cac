/**
 * Reads a body as long as it stays within a limit, whatever its sender says of its length.
 *
 * @param message whose body has not been read
 * @param limit bytes
 * @returns the bytes exactly as they came, or undefined where there are more; the rest is not read
 * @throws whatever the stream throws where the body breaks off
 */
export async function boundedBody(
  message: Request | Response,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const length = framedLength(message.headers)
  if (length <= limit) return new Uint8Array(await message.arrayBuffer())
  if (length > limit) {
    await message.body?.cancel() // gives its connection back
    return undefined
  }
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of message.body ?? []) {
    size += chunk.byteLength
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

/**
 * @returns the length that HTTP itself holds a body to, in bytes; not a number where it ends otherwise, or grows when it
 *   is unpacked: RFC 9112, section 6.3
 */
function framedLength(headers: Headers): number {
  const other = headers.has('Transfer-Encoding') || headers.has('Content-Encoding')
  return other ? Number.NaN : Number(headers.get('Content-Length') ?? Number.NaN)
}
