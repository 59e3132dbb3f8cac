/** What a sender's secret looks like, and how it comes into being. */
export type SecretShape = {
  /** `make`: we choose it, in this form, and put it there. `copy`: the sender makes it and calls it this. */
  readonly origin: { readonly make: 'whsec' | 'random' } | { readonly copy: string }
  /** What a secret of this scheme must match. */
  readonly pattern?: RegExp
  /** What is wrong with a secret that does not match. */
  readonly fault?: string
}

/** What has to stand beside a token in `TICKET_TOKENS` before comments can be written. */
type CommentSetting = 'user' | 'host'

type Sender = {
  readonly kind: 'tickets' | 'chat'
  readonly secret: SecretShape
  /** Absent if no comments are written there. */
  readonly comments?: {
    readonly needs: readonly CommentSetting[]
    /** Whether an OAuth client may stand in the place of a token. */
    readonly takesClient?: boolean
  }
}

const CHOSEN_TEXT = { origin: { make: 'random' } } as const
const SIGNING_SECRET = { origin: { copy: 'signing secret' } } as const

/**
 * Every sender that has a secret, by the name in its path. The rest of the Worker is held to this table by types: how a
 * sender proves itself and is read (`sources/`, `chat/`), and how comments are written (`outcomes/ticket-system.ts`).
 * ConductorOne is not here: it signs with keys that it publishes.
 */
export const SENDERS = {
  standard: {
    kind: 'tickets',
    secret: {
      origin: { make: 'whsec' },
      // a symmetric key of 24 to 64 bytes, or an Ed25519 public key of 32; libraries write the former without its prefix
      pattern:
        /^(?:whpk_[A-Za-z0-9+/]{43}=|(?:whsec_)?(?=[A-Za-z0-9+/]{32,86}=*$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/,
      fault: 'is not whsec_ and the base64 of 24 to 64 bytes, nor whpk_ and the base64 of 32',
    },
  },
  github: { kind: 'tickets', secret: CHOSEN_TEXT, comments: { needs: [] } },
  gitlab: {
    kind: 'tickets',
    secret: {
      origin: { make: 'whsec' },
      pattern: /^(?:whsec_[A-Za-z0-9+/]{43}=|(?!whsec_).+)$/,
      fault:
        'is not a signing token, whsec_ and the base64 of 32 bytes, nor a secret token of older versions',
    },
    comments: { needs: [] },
  },
  jira: { kind: 'tickets', secret: CHOSEN_TEXT, comments: { needs: ['user', 'host'] } },
  zendesk: {
    kind: 'tickets',
    secret: SIGNING_SECRET,
    comments: { needs: ['user', 'host'], takesClient: true },
  },
  linear: { kind: 'tickets', secret: SIGNING_SECRET, comments: { needs: [] } },
  pagerduty: { kind: 'tickets', secret: SIGNING_SECRET },
  slack: { kind: 'chat', secret: SIGNING_SECRET },
  teams: {
    kind: 'chat',
    secret: {
      origin: { copy: 'security token' },
      pattern: /^[A-Za-z0-9+/]{43}=$/,
      fault: 'is not the security token of an outgoing webhook, the base64 of 32 bytes',
    },
  },
  discord: {
    kind: 'chat',
    secret: {
      origin: { copy: 'public key' },
      pattern: /^[0-9a-f]{64}$/i,
      fault: 'is not the public key of an application, 64 hexadecimal digits',
    },
  },
  mattermost: { kind: 'chat', secret: { origin: { copy: 'token' } } },
} as const satisfies Readonly<Record<string, Sender>>

type Senders = typeof SENDERS
export type SenderName = keyof Senders

/** Senders of tickets, which `sources/` reads. */
export type TicketSender = {
  [Name in SenderName]: Senders[Name]['kind'] extends 'tickets' ? Name : never
}[SenderName]

/** Senders of commands, which `chat/` reads. */
export type ChatSender = Exclude<SenderName, TicketSender>

/** Senders whose tickets a result can be written into. */
export type TicketSystem = {
  [Name in SenderName]: Senders[Name] extends { readonly comments: object } ? Name : never
}[SenderName]

/** The senders' names, in the order of the table. */
export const SENDER_NAMES = Object.keys(SENDERS) as [SenderName, ...SenderName[]] // own keys of a constant, never empty

/** Finds what is known of a sender, in the one shape that all senders have. */
export function senderNamed(name: SenderName): Sender {
  return SENDERS[name]
}

/** The names of the senders whose tickets can be commented on. */
export const TICKET_SYSTEMS = SENDER_NAMES.filter(
  (name): name is TicketSystem => senderNamed(name).comments !== undefined,
)
