import type { ReplyChannel } from '../ledger/claim.ts'
import type { Proof } from '../sources/proof.ts'
import type { SignedTime } from '../sources/source.ts'
import type { Message } from './message.ts'

/** Something that was written in a chat, verified. */
export type Utterance =
  /** nothing for us: what the chat itself wants to hear */
  | { readonly kind: 'protocol'; readonly answer: object }
  | {
      readonly kind: 'command'
      /** what was written behind the command's name */
      readonly text: string
      /** the command's name as people write it */
      readonly command: string
      /** who wrote it: an id that stays, and a name to show */
      readonly user: { readonly id: string; readonly name: string }
      /** where the result may be told later */
      readonly replyTo?: string
    }

/** A chat: how it proves itself, how it is read, and how it is answered. */
export type Chat = {
  /** what people call it */
  readonly title: string
  readonly proofs: readonly Proof[]
  readonly time?: SignedTime
  /**
   * @param body of a verified delivery
   * @throws {Problem} `malformed-json`
   * @returns undefined where the body asks for nothing of ours
   */
  readonly read: (body: Uint8Array) => Utterance | undefined
  readonly render: (message: Message) => object
  /** how a result is told later, where that is possible */
  readonly channel?: ReplyChannel
  /** what is answered instead of "it is being created", where the result will replace it */
  readonly deferred?: object
  /** milliseconds that the answer may wait for the result */
  readonly patience: number
}
