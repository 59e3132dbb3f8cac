import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key and the certificate for it, both in PEM. */
interface Certificate {
  readonly key: string
  readonly cert: string
}

const DAY = 24 * 3_600_000

/**
 * A certificate for `localhost` that every workerd of this process trusts. Miniflare reads the variable once, when it is
 * loaded, and the test files of a process share it; so this is loaded before any of them, by `trust.ts`.
 */
export const localhost = selfSigned('localhost')

const trusted = process.env.NODE_EXTRA_CA_CERTS
const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
const file = join(folder, 'localhost.pem')
writeFileSync(file, localhost.cert)
process.env.NODE_EXTRA_CA_CERTS = file
await import('miniflare')
rmSync(folder, { recursive: true })
// processes that a test starts trust no more than they did
if (trusted === undefined) delete process.env.NODE_EXTRA_CA_CERTS
else process.env.NODE_EXTRA_CA_CERTS = trusted

/**
 * Makes a self-signed certificate (RFC 5280, section 4.1), good for a day.
 *
 * @param host the DNS name it is for
 * @returns it, and its key
 */
function selfSigned(host: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('2a8648ce3d040302')) // ecdsa-with-SHA256
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, host)))) // commonName
  const alternative = sequence(oid('551d11'), der(0x04, sequence(der(0x82, host)))) // subjectAltName
  const content = sequence(
    der(0xa0, integer(2)), // version 3
    integer(1),
    algorithm,
    name,
    sequence(time(Date.now() - DAY), time(Date.now() + DAY)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternative)),
  )
  const signature = der(0x03, Buffer.of(0), sign('sha256', content, privateKey))
  const base64 = sequence(content, algorithm, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** One value in DER: its tag, its length and its content. */
function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value))
}

function time(milliseconds: number): Buffer {
  return der(0x17, `${new Date(milliseconds).toISOString().replace(/\D/g, '').slice(2, 14)}Z`)
}
