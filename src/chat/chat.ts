import type { ReplyChannel } from '../ledger/tell.ts'
import type { BodyTime } from '../sources/body-time.ts'
import type { Proof } from '../sources/proof.ts'
import type { Message } from './message.ts'

/** A verified event of a chat. */
export type ChatEvent =
  /** Nothing for us: the chat itself wants this answer. */
  | { readonly kind: 'protocol'; readonly answer: object }
  | {
      readonly kind: 'command'
      /** What was written after the command's name. */
      readonly text: string
      /** The command's name as people write it. */
      readonly command: string
      /** The author: an id that stays, and a name to show. */
      readonly user: { readonly id: string; readonly name: string }
      /** The address that takes a result later. */
      readonly replyTo?: string
    }

/** A chat: how it proves itself, how it is read, and how it is answered. */
export type Chat = {
  /** The name that people know. */
  readonly title: string
  readonly proofs: readonly Proof[]
  /** Present if the time of sending stands in the signed body. */
  readonly bodyTime?: BodyTime
  /**
   * Reads the body of a verified delivery.
   *
   * @returns undefined if the body asks for nothing of ours
   * @throws {Problem} `malformed-json`
   */
  readonly read: (body: Uint8Array) => ChatEvent | undefined
  readonly render: (message: Message) => object
  /** The way in which a result is sent later; absent if that is not possible. */
  readonly channel?: ReplyChannel
  /** The answer if a result will replace it, instead of "it is being created". */
  readonly deferred?: object
  /** How long an answer may wait for the result. */
  readonly maxWaitMs: number
}
