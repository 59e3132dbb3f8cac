import { afterAll, beforeAll, expect, test } from 'vitest'
import { chats, discordCommand, mattermostCommand, slackCommand, teamsMessage } from '../support/chats.ts'
import { expectProblem } from '../support/problem.ts'
import { sendRaw } from '../support/raw.ts'
import { senders } from '../support/senders.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { swapped } from '../support/swapped-case.ts'
import { KEYS } from '../support/worker.ts'

type Headers = readonly (readonly [name: string, value: string])[]

/** A delivery that would make a vault, with what proves it. */
type Delivery = { readonly body: string; readonly proven: Headers; readonly byOther: Headers }

const OWNER = 'owner@example.com'
const COMMAND = `create "Delivered" owners:${OWNER}`
let stage: Stage

beforeAll(async () => {
  const secrets = Object.entries({ ...senders, ...chats }).map(([source, { secret }]) => [source, secret])
  stage = await startStage({
    CONDUCTORONE_WEBHOOKS: 'on',
    WEBHOOK_SECRETS: JSON.stringify(Object.fromEntries(secrets)),
  })
})
afterAll(() => stage.stop())

/** How each chat words it. */
const commands: Readonly<Record<string, () => string>> = {
  slack: () => slackCommand({ text: COMMAND }),
  teams: () => teamsMessage(COMMAND, Date.now()),
  discord: () => discordCommand(COMMAND, 'a-token'),
  // its form has the token once more, and one of the two is enough
  mattermost: () => mattermostCommand({ text: COMMAND, token: '' }),
}

const signedByChats = Object.entries(chats).map(([chat, { sign, signOther }]) => {
  const make = async (change: (body: string) => string): Promise<Delivery> => {
    const body = commands[chat]?.() ?? ''
    const [proven, byOther] = [sign(change(body), Date.now()), signOther(body, Date.now())]
    return { body, proven: Object.entries(proven), byOther: Object.entries(byOther) }
  }
  return [chat, make] as const
})
const signedBySenders = Object.entries(senders).map(
  ([source, { sign, stamp, payload, secret, oldSecret }]) => {
    const make = async (change: (body: string) => string): Promise<Delivery> => {
      const body = JSON.stringify(payload({ number: 1, name: unique('Delivered'), owners: OWNER }))
      const [proven, byOther] = [secret, oldSecret].map((key) => sign(change(body), key, stamp(Date.now())))
      return { body, proven: Object.entries(proven ?? {}), byOther: Object.entries(byOther ?? {}) }
    }
    return [source, make] as const
  },
)

async function signedByTenant(change: (body: string) => string): Promise<Delivery> {
  const { webhooks } = stage.simulator.control
  const { origin } = stage.wire.url
  const url = new URL('/webhooks/conductorone', stage.worker.url).href
  const order = { url, origin, event: 'PayloadProvisionStep' }
  const { body, headers } = await webhooks.sign(order)
  // signed, and then another one is sent
  const sent = change(body)
  const stranger = await webhooks.sign({ ...order, body }, { signer: 'stranger' })
  return { body: sent, proven: Object.entries(headers), byOther: Object.entries(stranger.headers) }
}

const deliveries = new Map<string, (change: (body: string) => string) => Promise<Delivery>>([
  ...signedBySenders,
  ...signedByChats,
  ['conductorone', signedByTenant],
])
const sources = [...deliveries.keys()]

async function deliveryOf(source: string, change = (body: string) => body): Promise<Delivery> {
  const delivery = await deliveries.get(source)?.(change)
  if (!delivery) throw new Error(`there is no source ${source}`)
  return delivery
}

/** Whether a header is what proves a delivery, and not what is beside it. */
const PROOF = /(signature|signature-256|ed25519|token|authorization)$/i

function withProof({ proven }: Delivery, change: (proof: string) => readonly string[]): Headers {
  return proven.flatMap(([name, value]) =>
    PROOF.test(name) ? change(value).map((changed) => [name, changed] as const) : [[name, value] as const],
  )
}

const SCHEME = /^(?:\w+[= ]|v1,)(?=.)/
const bearer = ['Authorization', `Bearer ${KEYS.operator}`] as const

const FORGERIES: Readonly<Record<string, (source: string) => Promise<{ body: string; headers: Headers }>>> = {
  'no proof': changed(() => []),
  'an empty proof': changed(() => ['']),
  'nothing but a scheme': changed((proof) => [SCHEME.exec(proof)?.[0] ?? 'sha256=']),
  'another scheme': changed((proof) => [`sha1=${proof.replace(SCHEME, '')}`]),
  'the scheme of another': changed((proof) => [`Basic ${proof.replace(SCHEME, '')}`]),
  'a proof in another case': changed((proof) => [
    `${SCHEME.exec(proof)?.[0] ?? ''}${swapped(proof.replace(SCHEME, ''))}`,
  ]),
  'a character after its proof': changed((proof) => [`${proof}x`]),
  'a no-break space after its proof': changed((proof) => [`${proof}\u00a0`]),
  'a proof without its end': changed((proof) => [proof.slice(0, -1)]),
  'a proof without its beginning': changed((proof) => [
    `${SCHEME.exec(proof)?.[0] ?? ''}${proof.replace(SCHEME, '').slice(1)}`,
  ]),
  'a proof in quotes': changed((proof) => [`"${proof}"`]),
  'its proof twice in one header': changed((proof) => [`${proof}, ${proof}`]),
  'its proof in two headers': changed((proof) => [proof, proof]),
  'a proof of another body': async (source) => {
    const { body, proven } = await deliveryOf(source, (text) => `${text} `)
    return { body, headers: proven }
  },
  'a proof with a secret that is not valid any more': async (source) => {
    const { body, byOther } = await deliveryOf(source)
    return { body, headers: byOther }
  },
  'the proof of another source': async (source) => {
    const { body } = await deliveryOf(source)
    const { proven } = await deliveryOf(source === 'jira' ? 'slack' : 'jira')
    return { body, headers: proven }
  },
  'an API key instead': async (source) => ({ body: (await deliveryOf(source)).body, headers: [bearer] }),
}

function changed(change: (proof: string) => readonly string[]) {
  return async (source: string) => {
    const delivery = await deliveryOf(source)
    return { body: delivery.body, headers: withProof(delivery, change) }
  }
}

function deliver(source: string, body: string, headers: Headers) {
  const length = ['Content-Length', String(Buffer.byteLength(body))] as const
  return sendRaw(stage.worker.url, {
    method: 'POST',
    path: `/webhooks/${source}`,
    headers: [...headers, length],
    body,
  })
}

// a token proves its sender whatever the body is
const tokens = ['mattermost']
const rows = sources.flatMap((source) =>
  Object.keys(FORGERIES)
    .filter((forgery) => !(tokens.includes(source) && forgery === 'a proof of another body'))
    .map((forgery) => [source, forgery] as const),
)

test.each(rows)('%s: a delivery with %s is refused, and told nothing else', async (source, forgery) => {
  const forged = await FORGERIES[forgery]?.(source)
  const answer = await deliver(source, forged?.body ?? '', forged?.headers ?? [])
  if (!answer) throw new Error('there was no answer')
  expectProblem(answer, 'unauthenticated')
  expect(answer.body.detail).toBe('The delivery is not signed as it must be.')
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
})

test('after all of these nothing was recorded, and ConductorOne was asked for its keys only', async () => {
  const { body } = await stage.worker.call('GET', '/v1/requests', { as: 'operator' })
  expect(body.requests).toEqual([])
  expect(new Set(await stage.steps()).difference(new Set(['jwks 200']))).toEqual(new Set())
})

test.each(sources)('%s: its proof is taken, with white space around it as without', async (source) => {
  for (const space of ['', ' \t ']) {
    const { body, proven } = await deliveryOf(source)
    const answer = await deliver(
      source,
      body,
      proven.map(([name, value]) => [name.toLowerCase(), `${space}${value}${space}`]),
    )
    expect([200, 202]).toContain(answer?.status)
  }
})
