/** An answer in a chat, before it is put into the chat's own format. All of it is plain text. */
export type Message = {
  readonly tone: 'good' | 'bad' | 'neutral'
  readonly title: string
  readonly text: readonly string[]
  readonly facts: readonly (readonly [label: string, value: string])[]
  /** Commands to copy, one a line. */
  readonly commands?: readonly string[]
  /** The request whose result may be shown to everyone in the channel. */
  readonly share?: string
}

/** Builds a message of a title and some words. */
export function note(title: string, ...text: string[]): Message {
  return { tone: 'bad', title, text, facts: [] }
}
