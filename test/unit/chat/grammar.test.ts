import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { correctionMessage } from '../../../src/chat/correction.ts'
import { type Command, type CreateCommand, readCommand } from '../../../src/chat/grammar.ts'
import { help } from '../../../src/chat/help.ts'
import { fieldFaults } from '../../../src/problem/fields.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'

const NAME = '/vault'
const read = (text: string) => readCommand(text, NAME)
const faultsOf = (request: unknown) => {
  const { error } = ProvisioningRequest.safeParse(request)
  return error ? fieldFaults(error) : []
}
const isFine = (request: unknown) => ProvisioningRequest.safeParse(request).success

/** What a command asks for; one that asks for nothing fails the test. */
function asked(text: string): Readonly<Record<string, unknown>> {
  return created(read(text)).request
}

function created(command: Command): CreateCommand {
  if (command.kind !== 'create') throw new Error(`it is ${command.kind}: ${JSON.stringify(command)}`)
  return command
}

/** What is said about a command that has mistakes. */
function said(text: string) {
  const command = read(text)
  if (command.kind === 'unknown') return command.message
  const create = created(command)
  return correctionMessage(create, faultsOf(create.request), NAME, isFine)
}

/** The command that is offered for one with mistakes, without the name of the command. */
function offered(text: string): string {
  if (isGood(text)) throw new Error('there is nothing wrong with it')
  return bare(said(text).commands?.[0])
}

function bare(command = ''): string {
  expect(command.startsWith(`${NAME} `)).toBe(true)
  return command.slice(NAME.length + 1)
}

function isGood(text: string): boolean {
  const command = read(text)
  return command.kind === 'create' && command.mistakes.length === 0 && isFine(command.request)
}

const WHOLE =
  'create "Payroll break-glass" owners:owner@example.com,@U222 kind:magic_link views:1 ttl:30d ticket:SEC-42 ' +
  'desc:"For the night shift"'
const REQUEST = {
  name: 'Payroll break-glass',
  owners: ['owner@example.com', '@U222'],
  kind: 'magic_link',
  maxViews: 1,
  credentialTtl: '30d',
  ticket: { id: 'SEC-42' },
  description: 'For the night shift',
}

test.each([
  ['straight quotes', WHOLE],
  ['curly quotes', WHOLE.replaceAll(/"([^"]*)"/g, '“$1”')],
  ['quotes of several kinds', WHOLE.replaceAll(/"([^"]*)"/g, '”$1"')],
  ['words in upper case', WHOLE.replaceAll(/([a-z]+):/g, (word) => word.toUpperCase())],
  ['the verb in upper case', WHOLE.replace('create', ' CREATE')],
  ['several spaces and lines', WHOLE.replace(' owners', '\n  owners')],
  ['the name behind', `create ${WHOLE.slice(29)} "Payroll break-glass"`],
  ['a name without quotes', WHOLE.replaceAll('"Payroll break-glass"', 'Payroll break-glass')],
  ['a name with its word', WHOLE.replaceAll('"Payroll', 'name:"Payroll')],
  ['a space behind a colon', WHOLE.replaceAll(':', ': ')],
  [
    'the name behind, and a space behind a colon',
    `create ${WHOLE.slice(29).replaceAll(':', ': ')} "Payroll break-glass"`,
  ],
  [
    'the name with its word behind a text',
    `create ${WHOLE.slice(29).replace('desc:', 'desc: ')} name: "Payroll break-glass"`,
  ],
  ['a space behind a comma', WHOLE.replaceAll(',', ', ')],
  ['single quotes', WHOLE.replaceAll(/"([^"]*)"/g, "'$1'")],
  ['curly single quotes', WHOLE.replaceAll(/"([^"]*)"/g, '‘$1’')],
  ['low single quotes', WHOLE.replaceAll(/"([^"]*)"/g, '‚$1‘')],
  ['corner brackets of half width', WHOLE.replaceAll(/"([^"]*)"/g, '｢$1｣')],
  ['quotes of Hebrew', WHOLE.replaceAll(/"([^"]*)"/g, '״$1״')],
  ['low quotes', WHOLE.replaceAll(/"([^"]*)"/g, '„$1“')],
  ['a text without quotes', WHOLE.replace('"For the night shift"', 'For the night shift')],
  ['a kind of two words', WHOLE.replace('magic_link', 'magic link')],
  ['a space that is not one', WHOLE.replaceAll(/ (?=\w+:)/g, '\u00a0')],
])('a command with %s is read', (_, text) => {
  expect(asked(text)).toEqual(REQUEST)
})

test.each([
  ['', { kind: 'empty' }],
  [' \n ', { kind: 'empty' }],
  ['help', { kind: 'help' }],
  ['Help me', { kind: 'help' }],
  ['status req_1 ', { kind: 'status', id: 'req_1' }],
  ['status', { kind: 'status', id: '' }],
])('%j is %o', (text, command) => {
  expect(read(text)).toEqual(command)
})

test.each([
  ['SEC-42', { id: 'SEC-42' }],
  ['acme/access#12', { id: 'acme/access#12' }],
  ['INC:4711', { id: 'INC:4711' }],
  ['https://acme.atlassian.net/browse/SEC-42', { id: 'SEC-42' }],
  ['https://github.com/acme/access/issues/12/', { id: 'acme/access#12' }],
  ['https://acme.example/a%20b', { id: 'https://acme.example/a%20b' }],
  ['https://acme.example/100%', { id: 'https://acme.example/100%' }],
  ['https://acme.example', { id: 'https://acme.example' }],
])('the ticket %s has an id, and an address where it is one', (ticket, { id }) => {
  const address = ticket.startsWith('https:')
  expect(asked(`create A owners:a@example.com ticket:${ticket}`).ticket).toEqual({
    id,
    ...(address && { url: ticket }),
  })
})

test.each([
  ['ttl:1d ttl:2d', 'credentialTtl', '1d 2d'],
  ['views:1 views:2', 'maxViews', '1 2'],
  ['owners:', 'owners', []],
  ['ttl:', 'credentialTtl', ''],
])('%s is not taken for something else', (words, field, value) => {
  expect(asked(`create A ${words}`)).toEqual({ name: 'A', [field]: value })
})

test.each([
  ['create "A" "B"', '"B"', 'name'],
  ['create name:A name:B', 'name:B', 'name'],
  ['create A ticket:SEC-1 ticket:SEC-2', 'ticket:SEC-2', 'ticket'],
  ['create A ttl:1d kind:group TTL:2d', 'TTL:2d', 'ttl'],
  ['create A desc:"x" desc:"y"', 'desc:"y"', 'desc'],
])('in %s something is said twice', (text, written, word) => {
  expect(created(read(text)).mistakes).toEqual([
    `“${written}”: “${word}” stands in this command already; write it once.`,
  ])
})

test.each(['create A ttl:1d ttl:1d', 'create "A" name:A', 'create "A b" desc:"x" "y"'])(
  'in %s nothing is said twice with another answer',
  (text) => {
    expect(created(read(text)).mistakes).toEqual([])
  },
)

test.each([
  ["create Jane's and Bob's keys", "Jane's and Bob's keys"],
  ["create rock 'n' roll", "rock 'n' roll"],
  ["create 'Jane’s keys'", 'Jane’s keys'],
  ["create 'twas the night", "'twas the night"],
  ['create מנכ״ל ודוא״ל', 'מנכ״ל ודוא״ל'],
  ['create ״מנכ״ל צה״ל״', 'מנכ״ל צה״ל'],
  ['create ״the admins’ vault״', 'the admins’ vault'],
  ["create 'monitors of 27״ and more'", 'monitors of 27״ and more'],
])('an apostrophe quotes nothing: %s', (text, name) => {
  expect(created(read(text))).toMatchObject({ request: { name }, mistakes: [] })
})

test('brackets of titles quote nothing', () => {
  expect(created(read('create 【重要】Payroll'))).toMatchObject({
    request: { name: '【重要】Payroll' },
    mistakes: [],
  })
})

test('what is said twice of the owners counts twice', () => {
  expect(asked('create A owners:a@example.com owners:b@example.com').owners).toEqual([
    'a@example.com',
    'b@example.com',
  ])
})

test.each([
  ['owners:a@example.com, b@example.com', { owners: ['a@example.com', 'b@example.com'] }],
  ['owners:a@example.com "b@example.com"', { owners: ['a@example.com', 'b@example.com'] }],
  ['desc:for the night shift', { description: 'for the night shift' }],
  ['desc: "for the" night shift ttl:1d', { description: 'for the night shift', credentialTtl: '1d' }],
  ['owners: ttl:1d', { owners: [], credentialTtl: '1d' }],
])('%s says nothing about the name that stands before it', (words, request) => {
  for (const name of ['"Payroll run"', 'Payroll run'])
    expect(asked(`create ${name} ${words}`)).toEqual({ name: 'Payroll run', ...request })
})

test('addresses in a name are no words of the command', () => {
  expect(asked('create Keys of https://acme.example owners:a@example.com')).toEqual({
    name: 'Keys of https://acme.example',
    owners: ['a@example.com'],
  })
})

describe('mistakes', () => {
  test.each([
    [
      'an unknown word',
      'create "Payroll" owner:a@example.com',
      '“owner:a@example.com”: “owner” is not a word',
    ],
    ['a word with a hyphen', 'create Payroll max-views:1', '“max-views:1”: “max-views” is not a word'],
    ['a word of the schema', 'create Payroll description:"a b"', '“description” is not a word'],
    ['a name of an object’s own', 'create Payroll constructor:1', '“constructor” is not a word'],
    ['an unclosed quote', 'create "Payroll owners:a@example.com', 'A quotation mark is not closed.'],
    ['no verb', '"Payroll" owners:a@example.com', 'is not something that /vault does'],
    ['another verb', 'delete Payroll', '“delete” is not something that /vault does'],
  ])('%s is pointed out', (_, text, words) => {
    expect(said(text).text.join('\n')).toContain(words)
  })

  test('everything that is wrong is pointed out at once', () => {
    const { text } = said('create Payroll owner:jane "ttl:soon')
    expect(text).toHaveLength(4)
  })

  test('of very many faults the first ten are told', () => {
    const { text } = said(`create Payroll owners:${'jane,'.repeat(60)} ${'x:1 '.repeat(60)}`)
    expect(text).toHaveLength(11)
    expect(text.at(-1)).toMatch(/^And \d+ more\.$/)
  })

  test.each([
    ['create "Payroll" owner:a@example.com', 'create "Payroll" owners:a@example.com'],
    ['create Payroll description:"a b" credentialttl:1d', 'create "Payroll" desc:"a b" ttl:1d'],
    ['create Payroll max-views:2 kind:magic', 'create "Payroll" kind:magic_link views:2'],
    ['create "Payroll" x:1', 'create "Payroll"'],
    ['create "Payroll" x: 1 2 ttl:1d', 'create "Payroll" ttl:1d'],
    ['create Payroll: the keys ttl:1d', 'create "Payroll: the keys" ttl:1d'],
    ['create "Payroll owners:a@example.com', 'create "Payroll" owners:a@example.com'],
    ['create "Payroll', 'create "Payroll"'],
    ['create “Payroll” desc:“Night shift ttl:1d', 'create "Payroll" desc:"Night shift" ttl:1d'],
    ['"Payroll" owners:a@example.com', 'create "Payroll" owners:a@example.com'],
    ['owners:a@example.com "Payroll"', 'create "Payroll" owners:a@example.com'],
    ['creat Payroll owners:a@example.com', 'create "Payroll" owners:a@example.com'],
    ['create owners:a@example.com', 'create "Payroll break-glass" owners:a@example.com'],
    ['create Payroll owners:jane', 'create "Payroll" owners:owner@example.com'],
    [
      'create Payroll owners:a@example.com,jane,b@example.com,joe',
      'create "Payroll" owners:a@example.com,owner@example.com,b@example.com',
    ],
    ['create Payroll ttl:soon', 'create "Payroll" ttl:30d'],
    ['create Payroll ticket:""', 'create "Payroll" ticket:SEC-42'],
    ['create Payroll ttl:soon ticket:"//x"', 'create "Payroll" ttl:30d ticket:"//x"'],
    [
      'create Payroll ttl:soon ticket:https://acme.atlassian.net/browse/SEC-42',
      'create "Payroll" ttl:30d ticket:https://acme.atlassian.net/browse/SEC-42',
    ],
    ['create Payroll kind:magic', 'create "Payroll" kind:magic_link'],
    ['create Payroll kind:magic views:2', 'create "Payroll" kind:magic_link views:2'],
    ['create Payroll kind:team views:2', 'create "Payroll" kind:group'],
    ['create Payroll views:2', 'create "Payroll"'],
    [
      'create Payroll kind:magic_link unauthenticated:perhaps',
      'create "Payroll" kind:magic_link unauthenticated:no',
    ],
    [
      'create Payroll ttl:soon kind:magic_link unauthenticated:on',
      'create "Payroll" kind:magic_link unauthenticated:yes ttl:30d',
    ],
    ['create Payroll kind:magic_link views:many', 'create "Payroll" kind:magic_link views:1'],
  ])('for %s there is %s', (text, correction) => {
    expect(offered(text)).toBe(correction)
    expect(isGood(correction)).toBe(true)
  })

  test.each(['delete Payroll', 'list', 'x'])('for %s there is help', (text) => {
    expect(offered(text)).toBe('help')
  })

  test('what has a word and was not given is not offered', () => {
    const form = {
      request: { name: 'A', credentialTtl: 'soon' },
      written: { name: 'Vault name', ticket: 'Ticket' },
    }
    const { commands } = correctionMessage({ ...form, mistakes: [] }, faultsOf(form.request), NAME, isFine)
    expect(commands).toEqual([`${NAME} create "A" ttl:30d`])
  })

  test('nothing is offered that would not be taken on', () => {
    expect(correctionMessage(created(read('create A ttl:soon')), [], NAME, () => false).commands).toEqual([])
  })

  const value = fc.oneof(
    fc.constantFrom('1', '30d', 'magic', 'magic_link', 'group', 'yes', 'SEC-42', 'a@example.com', '""', '"'),
    fc.constantFrom('https://acme.example/a?b=c:d', 'http://x', '//x', 'mailto:a@example.com', 'INC:4711'),
    fc.constantFrom(
      '“',
      '”',
      '„',
      '“a b”',
      '„a',
      'b“',
      ',',
      '<@U1>',
      '`',
      '\n',
      '\u2028',
      '\u202e',
      'é',
      '🔐',
      '',
    ),
    fc.stringMatching(/^[ -~“”„]{0,12}$/),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.tuple(fc.constantFrom('a', 'a ', '🔐', 'a:'), fc.nat({ max: 400 })).map(([text, n]) => text.repeat(n)),
  )
  const key = fc.constantFrom(
    ...['name', 'owners', 'desc', 'kind', 'views', 'unauthenticated', 'ttl', 'preset', 'ticket'],
    ...['owner', 'OWNERS', 'max-views', 'x', '__proto__', 'https', 't', ''],
  )
  const word = fc.oneof(
    fc.tuple(key, fc.constantFrom(':', ': ', ' :', '::'), value).map((parts) => parts.join('')),
    value,
  )
  const words = fc.array(word, { maxLength: 8 })

  test('every command that is offered is one without mistakes', () => {
    fc.assert(
      fc.property(words, fc.constantFrom(' ', ' ', '\n', ''), (written, between) => {
        const text = `create ${written.join(between)}`
        if (!isGood(text)) expect(isGood(offered(text)), text).toBe(true)
      }),
      {
        numRuns: 3_000,
        examples: [
          [['x:1', 'ttl:”', 'owners:'], ' '],
          [['"P"', 'owners:', 'ttl:30d'], ' '],
          [['ticket:"//x"', 'ttl:soon'], ' '],
          [['x:1', '"', 'ttl:', '“'], ''],
          [['name:"Payroll"', 'name:', '"'], '\n'],
          [['kind:', 'views:1', 'unauthenticated:'], ' '],
        ],
      },
    )
  })

  test('what is offered keeps everything that had no fault', () => {
    const fields = fc.record(
      {
        name: fc.stringMatching(/^[a-z][a-z: ]{0,20}$/),
        ttl: fc.constantFrom('1d', '2w'),
        ticket: fc.constantFrom('SEC-42', 'INC:4711', '"//x"', '"a b"'),
        desc: fc.stringMatching(/^[a-z][a-z: /]{0,20}$/),
        owners: fc.constantFrom('a@example.com', 'a@example.com,b@example.com'),
      },
      { requiredKeys: ['name'] },
    )
    fc.assert(
      fc.property(fields, ({ name, desc, ...rest }) => {
        const others = Object.entries(rest).map((parts) => parts.join(':'))
        const text = [`create "${name}"`, ...(desc ? [`desc:"${desc}"`] : []), ...others].join(' ')
        const { kind: _, ...kept } = asked(offered(`${text} kind:cupboard`))
        expect(kept).toEqual(asked(text))
      }),
    )
  })
})

test('no text whatsoever is an error of ours', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'create ',
      'status ',
      '"',
      '“',
      ':',
      'ticket:',
      'ticket:https://a/%',
      'owners:',
      ' ',
      '__proto__:',
    ),
  )
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        expect(['help', 'empty', 'status', 'create', 'unknown']).toContain(read(text).kind)
      },
    ),
    { numRuns: 5_000 },
  )
  for (const long of ['a:', '"', 'a" ', 'a', ' ', 'ttl: ', '“a:'])
    expect(read(`create ${long.repeat(50_000)}`).kind).toBe('create')
})

test('a command that is built from a request reads as that request, in any order', () => {
  // quotation marks are the one thing that a name cannot have in a command
  const text = (longest: number) =>
    fc
      .stringMatching(/^[^"“”„\p{C}\u2028\u2029]+$/u, { maxLength: longest })
      .map((words) => words.trim())
      .filter((words) => words !== '')
  const owner = fc.oneof(
    fc.stringMatching(/^[a-z]{1,10}@[a-z]{1,10}\.(com|example)$/),
    fc.stringMatching(/^[A-Za-z0-9]{27}$/),
  )
  const shared = {
    name: text(60),
    description: text(200),
    owners: fc.array(owner, { minLength: 1, maxLength: 5 }),
    credentialTtl: fc.stringMatching(/^[1-9][0-9]?[smhdw]$/),
    preset: fc.stringMatching(/^[a-z][a-z-]{0,20}[a-z]$/),
    ticket: fc.stringMatching(/^[A-Z]{2,5}-[1-9][0-9]{0,4}$/).map((id) => ({ id })),
  }
  const requiredKeys = ['name', 'owners', 'kind'] as const
  const link = { kind: fc.constant('magic_link'), maxViews: fc.integer({ min: 1, max: 4_294_967_295 }) }
  const request = fc.oneof(
    fc.record({ ...shared, kind: fc.constant('group') }, { requiredKeys: [...requiredKeys] }),
    fc.record(
      { ...shared, ...link, allowUnauthenticated: fc.boolean() },
      { requiredKeys: [...requiredKeys] },
    ),
  )
  fc.assert(
    fc.property(request, fc.boolean(), fc.infiniteStream(fc.nat()), (wanted, spaced, order) => {
      expect(ProvisioningRequest.safeParse(wanted).error).toBeUndefined()
      const parts = partsOf(wanted).map((part) => ({ part, rank: order.next().value }))
      const shuffled = parts.sort((one, other) => one.rank - other.rank).map(({ part }) => part)
      const written = spaced ? shuffled.map((part) => part.replace(/^([a-z]+):/, '$1: ')) : shuffled
      expect(asked(`create ${written.join(' ')}`), written.join(' ')).toEqual(wanted)
    }),
  )
})

function partsOf(request: Readonly<Record<string, unknown>>): string[] {
  const words = {
    description: 'desc',
    kind: 'kind',
    maxViews: 'views',
    allowUnauthenticated: 'unauthenticated',
    credentialTtl: 'ttl',
    preset: 'preset',
  }
  const { name, owners, ticket } = request as { name: string; owners: string[]; ticket?: { id: string } }
  const simple = Object.entries(words).flatMap(([field, word]) =>
    field in request ? [`${word}:"${request[field]}"`] : [],
  )
  return [`"${name}"`, `owners:${owners.join(',')}`, ...simple, ...(ticket ? [`ticket:${ticket.id}`] : [])]
}

test('the help says every word of the command in the schema’s own words, with a value that would do', () => {
  const { facts, commands = [] } = help(NAME)
  const words = facts.map(([word]) => word.split(':')[0])
  expect(words).toEqual(['owners', 'desc', 'kind', 'views', 'unauthenticated', 'ttl', 'preset', 'ticket'])
  for (const [, description] of facts) expect(description).not.toBe('')
  for (const [word] of facts) {
    const [key, values = ''] = word.split(/:(.*)/s)
    for (const value of values.split('|')) {
      const link = key === 'kind' ? '' : 'kind:magic_link'
      expect(isGood(`create A ${link} ${key}:${value}`), word).toBe(true)
    }
  }
  expect(isGood(bare(commands[0]))).toBe(true)
})
