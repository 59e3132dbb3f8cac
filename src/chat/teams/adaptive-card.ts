import type { Message } from '../message.ts'

const COLOURS = { good: 'Good', bad: 'Attention', neutral: 'Default' } as const

const run = (text: string, more: object = {}) => ({ type: 'TextRun', text, ...more })
const line = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines })

/**
 * Renders a message as Microsoft Teams takes it in an answer: an Adaptive Card of text runs, in which Markdown has no
 * effect.
 *
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
 */
export function adaptiveCard({ tone, title, text, facts, commands = [] }: Message): Record<string, unknown> {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            line(run(title, { size: 'Large', weight: 'Bolder', color: COLOURS[tone] })),
            ...text.filter(Boolean).map((paragraph) => line(run(paragraph))),
            ...facts.map(([label, value]) => line(run(`${label}  `, { weight: 'Bolder' }), run(value))),
            ...commands.map((command) => line(run(command, { fontType: 'Monospace' }))),
          ],
        },
      },
    ],
  }
}
