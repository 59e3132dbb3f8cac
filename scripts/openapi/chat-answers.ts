import * as z from 'zod/mini'

const text = z.string()
/** Marks what another system documents, and we don't promise. */
const theirs = z.looseObject({})

/** What Slack is told: https://docs.slack.dev/interactivity/ */
export const SlackAnswer = z
  .object({
    response_type: z.exactOptional(z.literal('ephemeral')),
    text: z.exactOptional(text),
    blocks: z.exactOptional(z.array(theirs)),
    response_action: z.exactOptional(z.enum(['update', 'errors'])),
    view: z.exactOptional(theirs),
    errors: z.exactOptional(z.record(text, text)),
  })
  .check(z.meta({ description: 'A message that only the person who asked sees, or what becomes of a form.' }))

/** What Microsoft Teams is told. */
export const TeamsAnswer = z
  .object({
    type: z.literal('message'),
    attachments: z.array(
      z.object({ contentType: z.literal('application/vnd.microsoft.card.adaptive'), content: theirs }),
    ),
  })
  .check(z.meta({ description: 'A message with an Adaptive Card.' }))

/** What Discord is told: https://docs.discord.com/developers/interactions/receiving-and-responding */
export const DiscordAnswer = z
  .object({
    type: z
      .literal([1, 4, 5])
      .check(z.meta({ description: '1: pong. 4: a message. 5: a message will follow.' })),
    data: z.exactOptional(
      z.object({
        flags: z.literal(64).check(z.meta({ description: 'Only the person who asked sees it.' })),
        content: z.exactOptional(text),
        allowed_mentions: z.exactOptional(z.object({ parse: z.array(text) })),
      }),
    ),
  })
  .check(z.meta({ description: 'The answer to an interaction.' }))

/** What Mattermost is told. */
export const MattermostAnswer = z
  .object({ response_type: z.literal('ephemeral'), text })
  .check(z.meta({ description: 'A message that only the person who asked sees.' }))
