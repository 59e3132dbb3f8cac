import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { readCommand } from '../../../src/chat/grammar.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'

const PAGES = ['slack', 'teams', 'discord', 'mattermost'] as const

function page(name: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../../../docs/recipes/${name}.md`, import.meta.url).href),
    'utf8',
  )
}

/** The blocks of a page in one language, without the indentation of a list. */
function blocks(name: string, language: string): string[] {
  const found = page(name).matchAll(new RegExp(`^( *)\`\`\`${language}\n(.*?)^ *\`\`\`$`, 'gms'))
  return Array.from(found, ([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
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

  test('names its own address and its own secret', () => {
    const addresses = [...page(name).matchAll(/https:\/\/vaults\.example\.workers\.dev(\/[^\s"`]*)/g)]
    expect(new Set(addresses.map(([, path]) => path))).toEqual(new Set([`/webhooks/${name}`]))
    const secrets = blocks(name, 'json').filter((text) => text.includes('"…"'))
    expect(secrets.map((text) => JSON.parse(text))).toEqual([{ [name]: '…' }])
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

test('Discord is asked for one command with one option of text', () => {
  // https://docs.discord.com/developers/interactions/application-commands
  const Command = z.strictObject({
    name: z.string().regex(/^[-_'\p{L}\p{N}]{1,32}$/u),
    description: z.string().min(1).max(100),
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
})
