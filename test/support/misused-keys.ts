import { swapped } from './swapped-case.ts'

/** What is no valid key although a valid one may be in it: headers, made of a key that is good by itself. */
export const MISUSES: readonly [what: string, headers: (key: string) => Record<string, string>][] = [
  ['no key', () => ({})],
  ['an empty header', () => ({ Authorization: '' })],
  ['a scheme without a key', () => ({ Authorization: 'Bearer' })],
  ['a key without a scheme', (key) => ({ Authorization: key })],
  ['the scheme Basic', (key) => ({ Authorization: `Basic ${btoa(`runbook:${key}`)}` })],
  ['the scheme Token', (key) => ({ Authorization: `Token ${key}` })],
  ['a scheme that only begins like it', (key) => ({ Authorization: `Bearers ${key}` })],
  ['no space after the scheme', (key) => ({ Authorization: `Bearer${key}` })],
  ['a tab after the scheme', (key) => ({ Authorization: `Bearer\t${key}` })],
  ['the key in the wrong case', (key) => ({ Authorization: `Bearer ${swapped(key)}` })],
  ['a character after the key', (key) => ({ Authorization: `Bearer ${key}x` })],
  ['a comma after the key', (key) => ({ Authorization: `Bearer ${key},` })],
  ['a word after the key', (key) => ({ Authorization: `Bearer ${key} x` })],
  ['a no-break space after the key', (key) => ({ Authorization: `Bearer ${key}\u00a0` })],
  ['a character before the key', (key) => ({ Authorization: `Bearer x${key}` })],
  ['the key without its end', (key) => ({ Authorization: `Bearer ${key.slice(0, -1)}` })],
  ['the key without its beginning', (key) => ({ Authorization: `Bearer ${key.slice(1)}` })],
  ['the key in quotes', (key) => ({ Authorization: `Bearer "${key}"` })],
  ['the key twice in one header', (key) => ({ Authorization: `Bearer ${key}, Bearer ${key}` })],
  ['the name of a caller', () => ({ Authorization: 'Bearer runbook' })],
  ['a name that every object has', () => ({ Authorization: 'Bearer __proto__' })],
  ['the key in another header', (key) => ({ 'X-API-Key': key, 'Proxy-Authorization': `Bearer ${key}` })],
  ['the key in a cookie', (key) => ({ Cookie: `Authorization=Bearer ${key}; access_token=${key}` })],
]
