const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 27

/**
 * Makes an id of the shape ConductorOne's have: 27 alphanumeric characters, a KSUID.
 *
 * @returns a random id, not sortable by time as a real one is
 */
export function newIdentifier(): string {
  let id = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) id += ALPHABET[byte % ALPHABET.length]
  return id
}
