import { createHmac } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../../src/lib/encoding.ts'
import { Secret } from '../../../src/lib/secret.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { verify } from '../../../src/sources/proof.ts'
import { STANDARD_WEBHOOKS } from '../../../src/sources/signature.ts'
import { read } from '../../support/documents.ts'
import { blocksOf } from '../../support/markdown.ts'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`
const NOW = Date.UTC(2026, 10, 27)

const scripts = blocksOf(read('docs/recipes/servicenow.md'))
  .filter(({ language }) => language === 'javascript')
  .map(({ text }) => text)

function scriptWith(words: string): string {
  const [script = '', ...others] = scripts.filter((text) => text.includes(words))
  expect(others).toEqual([])
  return script
}

/** Runs a script step of Workflow Studio, which sets `outputs`. */
function step(words: string, inputs: Readonly<Record<string, unknown>>): Record<string, string> {
  const outputs: Record<string, string> = {}
  // the script calls itself with what a step gives it
  runInNewContext(scriptWith(words), { inputs, outputs })
  return outputs
}

const ITEM = {
  number: 'RITM0010001',
  sys_id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  vault_name: 'Test "one" für München',
  vault_owners: 'owner@example.com, second.owner@example.com',
  requested_by: 'jane@example.com',
}
const REQUEST = {
  name: ITEM.vault_name,
  owners: ['owner@example.com', 'second.owner@example.com'],
  requestedBy: 'jane@example.com',
  ticket: {
    id: ITEM.number,
    url: `https://example.service-now.com/nav_to.do?uri=sc_req_item.do%3Fsys_id%3D${ITEM.sys_id}`,
  },
}

const CREATED = { vault: { id: '2mQg9IILyNefQ6oMTvolM4FjD01', displayName: 'Test' } }
const UNKNOWN = {
  title: 'The outcome is unknown',
  detail: 'It was sent, and no answer came.',
  instance: 'req_01m83setgvfryzrhs4470v10',
}

describe('the flow', () => {
  test('writes a request', () => {
    const { body = '' } = step('outputs.body', ITEM)
    expect(JSON.parse(body)).toEqual(REQUEST)
    expect(ProvisioningRequest.safeParse(JSON.parse(body)).error).toBeUndefined()
  })

  test('reads the vault out of the answer', () => {
    const { vault_id, message } = step('outputs.vault_id', { status: '201', answer: JSON.stringify(CREATED) })
    expect(vault_id).toBe(CREATED.vault.id)
    expect(message).toContain('was created')
  })

  test('says what the answer says if there is no vault', () => {
    const { vault_id, message } = step('outputs.vault_id', { status: '504', answer: JSON.stringify(UNKNOWN) })
    expect(vault_id).toBe('')
    expect(message).toBe(`${UNKNOWN.title}: ${UNKNOWN.detail} (HTTP 504, request ${UNKNOWN.instance})`)
  })

  test.each(['', undefined, 'null', '[]', '<html>502</html>', '{}'])(
    'claims nothing if the answer is %j',
    (answer) => {
      const { vault_id, message } = step('outputs.vault_id', { status: '502', answer })
      expect(vault_id).toBe('')
      expect(message).toContain('we do not know whether the vault was created')
    },
  )
})

type Sent = { endpoint: string; headers: Record<string, string>; body: string }

/** Runs the script include against doubles of the classes that ServiceNow documents. */
function include(
  changes: { readonly SIGNED: boolean; readonly secret: string },
  answer: () => { readonly status: number; readonly body: string },
): { readonly said: string; readonly sent: Sent } {
  const sent: Sent = { endpoint: '', headers: {}, body: '' }
  class RESTMessageV2 {
    setHttpMethod() {}
    setHttpTimeout() {}
    setEndpoint(endpoint: string) {
      sent.endpoint = endpoint
    }
    setRequestHeader(name: string, value: string) {
      sent.headers[name] = value
    }
    setRequestBody(body: string) {
      sent.body = body
    }
    execute() {
      const { status, body } = answer()
      return { getStatusCode: () => status, getBody: () => body }
    }
  }
  class StandardCredentialsProvider {
    getCredentialByID = () => ({ getAttribute: () => changes.secret })
  }
  class GlideCertificateEncryption {
    /** takes the key in base64 and returns base64 */
    generateMac = (key: string, _algorithm: 'HmacSHA256', text: string) =>
      createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
  }
  class GlideDateTime {
    getNumericValue = () => NOW
  }
  const item = {
    variables: { vault_name: ITEM.vault_name, vault_owners: ITEM.vault_owners },
    request: { requested_for: { email: ITEM.requested_by } },
    number: ITEM.number,
    getUniqueValue: () => ITEM.sys_id,
  }
  const Class = {
    create: () =>
      function created(this: { initialize(): void }) {
        this.initialize()
      },
  }
  const script = scriptWith('Class.create()').replace('SIGNED: true', `SIGNED: ${changes.SIGNED}`)
  const said: unknown = runInNewContext(`${script}\nnew VaultRequest().send(item)`, {
    Class,
    item,
    sn_ws: { RESTMessageV2 },
    sn_cc: { StandardCredentialsProvider },
    GlideCertificateEncryption,
    GlideDateTime,
  })
  return { said: String(said), sent }
}

describe('the script', () => {
  test('signs what it sends as Standard Webhooks says', async () => {
    const accepted = { request: { id: 'req_01m83setgvfryzrhs4470v10', status: 'accepted', vault: null } }
    const { said, sent } = include({ SIGNED: true, secret: SECRET }, () => ({
      status: 202,
      body: JSON.stringify(accepted),
    }))
    expect(sent.endpoint).toBe('https://vaults.example.workers.dev/webhooks/standard')
    const body = bytesOf(sent.body)
    const headers = new Headers(sent.headers)
    expect(await verify([STANDARD_WEBHOOKS], [new Secret(SECRET)], headers, body, NOW)).toBe(true)
    expect(JSON.parse(sent.body)).toEqual(REQUEST)
    expect(sent.body).toMatch(/^[\x20-\x7e]+$/)
    expect(said).toContain('req_01m83setgvfryzrhs4470v10: accepted')
  })

  test('sends the key, and says which vault there is', () => {
    const { said, sent } = include({ SIGNED: false, secret: 'a-key' }, () => ({
      status: 201,
      body: JSON.stringify(CREATED),
    }))
    expect(sent.endpoint).toBe('https://vaults.example.workers.dev/v1/vaults')
    expect(sent.headers.Authorization).toBe('Bearer a-key')
    expect(said).toContain(CREATED.vault.id)
  })

  test.each<[string, () => { status: number; body: string }]>([
    ['is empty', () => ({ status: 0, body: '' })],
    ['is not JSON', () => ({ status: 502, body: '<html>' })],
    ['is null', () => ({ status: 200, body: 'null' })],
    [
      'does not come',
      () => {
        throw new Error('timeout')
      },
    ],
  ])('claims nothing if the answer %s', (_, answer) => {
    const { said } = include({ SIGNED: false, secret: 'a-key' }, answer)
    expect(said).toContain('we do not know whether the vault was created')
  })

  test('says what the answer says if the outcome is unknown', () => {
    const { said } = include({ SIGNED: false, secret: 'a-key' }, () => ({
      status: 504,
      body: JSON.stringify(UNKNOWN),
    }))
    expect(said).toContain(UNKNOWN.detail)
    expect(said).not.toContain('not created')
  })
})
