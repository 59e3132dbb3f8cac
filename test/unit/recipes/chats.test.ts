import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { readCommand } from '../../../src/chat/grammar.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { read } from '../../support/documents.ts'
import { blocksOf } from '../../support/markdown.ts'

const PAGES = ['slack', 'teams', 'discord', 'mattermost'] as const

function page(name: string): string {
  return read(`docs/recipes/${name}.md`)
}

/** The blocks of a page in one language, without the indentation of a list. */
function blocks(name: string, language: string): string[] {
  return blocksOf(page(name))
    .filter((block) => block.language === language)
    .map(({ text }) => text)
}

describe.each(PAGES)('the page on %s', (name) => {
  const commands = [...page(name).matchAll(/(?:\/vault|@Vault) ((?:create|help|status) ?[^`\n]*)/g)]
    .map(([, text = '']) => text)
    .filter((text) => !text.includes('…') && text !== 'status ')

  test('shows only commands that would be taken on', () => {
    expect(commands.length).toBeGreaterThan(2)
    for (const text of commands) {
      const command = readCommand(text, '/vault')
      expect(command.kind, text).not.toBe('mistaken')
      if (command.kind !== 'create') continue
      expect(command.mistakes, text).toEqual([])
      expect(ProvisioningRequest.safeParse(command.request).error, text).toBeUndefined()
    }
  })

  test('names its own address, and the command that stores its own secret', () => {
    const addresses = [...page(name).matchAll(/https:\/\/vaults\.example\.workers\.dev(\/[^\s"`]*)/g)]
    const asked = addresses.map(([, path = '']) => path).filter((path) => path.startsWith('/webhooks/'))
    expect(new Set(asked)).toEqual(new Set([`/webhooks/${name}`]))
    expect(blocks(name, 'sh').join('')).toContain(`npm run setup -- --add sender ${name}\n`)
  })
})

test('the manifest of Slack’s app asks for what is used, and nothing else', () => {
  const [manifest] = blocks('slack', 'json').map((text) => JSON.parse(text))
  const url = 'https://vaults.example.workers.dev/webhooks/slack'
  expect(manifest).toMatchObject({
    features: { slash_commands: [{ command: '/vault', url, should_escape: true }] },
    settings: { interactivity: { is_enabled: true, request_url: url }, socket_mode_enabled: false },
  })
  expect(manifest.oauth_config.scopes).toEqual({ bot: ['commands', 'users:read', 'users:read.email'] })
})

test('Discord is asked for one command of one server, with one option of text, closed to members', () => {
  // https://docs.discord.com/developers/interactions/application-commands
  const Command = z.strictObject({
    name: z.string().regex(/^[-_'\p{L}\p{N}]{1,32}$/u),
    description: z.string().min(1).max(100),
    default_member_permissions: z.literal('0'),
    options: z.tuple([
      z.strictObject({
        type: z.literal(3),
        name: z.string().regex(/^[-_'\p{L}\p{N}]{1,32}$/u),
        description: z.string().min(1).max(100),
        required: z.literal(true),
      }),
    ]),
  })
  const [call = ''] = blocks('discord', 'bash')
  expect(Command.parse(JSON.parse(/<<'JSON'\n(.*?)\nJSON\n/s.exec(call)?.[1] ?? '')).name).toBe('vault')
  expect(call).toContain('/applications/$APPLICATION_ID/guilds/$SERVER_ID/commands"')
  // https://docs.discord.com/developers/reference#user-agent
  expect(call).toMatch(/-A 'DiscordBot \(https:\S+, [\d.]+\)'/)
})
