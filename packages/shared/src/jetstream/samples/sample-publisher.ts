import { createHmac, randomBytes } from 'node:crypto';
import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { freshMessageId, sentAtHeader } from '../../contracts/sample/sample.ts';
import { Tickets } from '../../runtime/tickets.ts';
import { inboxPrefixOf } from '../connection/inbox-prefix-of.ts';
import { messageIdHeader } from '../connection/plain-headers.ts';
import { PublishRefused, PublishUnconfirmed, plainSequence, readPubAck } from '../publish/pub-ack.ts';

export { PublishRefused, PublishUnconfirmed } from '../publish/pub-ack.ts';

/** The broker takes no message of this size, now or later. Sizes exclude what the client adds. */
export class PublishTooLarge extends Error {
  override readonly name = 'PublishTooLarge';
  readonly bytes: number;
  readonly limitBytes: number;
  constructor(bytes: number, limitBytes: number) {
    super(`a message of ${bytes} bytes, ${limitBytes} allowed`);
    this.bytes = bytes;
    this.limitBytes = limitBytes;
  }
}

export interface SamplePublisherOptions {
  /** 5 s */
  readonly timeoutMs?: number;
  /**
   * Whether the message at a sequence is on this subject. Ids count for the whole stream, so anybody can use the id of
   * another's coming sample: the sample is not stored then, although the broker says that it is. Without this check, the
   * broker is believed.
   */
  readonly liesOn?: (subject: string, sequence: number) => Promise<boolean>;
}

interface Pending {
  readonly subject: string;
  readonly body: string | Uint8Array;
  readonly messageId: string;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: Error) => void;
  readonly deadlineMs: number;
  ticket: number;
}

/** Room for the headers, which count towards the broker's limit. */
const mostHeaderBytes = 1_024;

/**
 * Publishes into a stream with many messages in flight. The client's own `publish` makes an inbox, a timer and an error
 * with a stack for each message, which costs more than the message itself: here one subscription takes all answers and
 * one timer watches over all of them.
 */
export class SamplePublisher {
  readonly #nc: NatsConnection;
  readonly #timeoutMs: number;
  readonly #liesOn: SamplePublisherOptions['liesOn'];
  readonly #inbox: string;
  /**
   * Messages by ticket: the last token of the subject on which the answer comes. A confirmation frees the ticket, so
   * that its subject is used again: the broker remembers a thousand subjects with their receivers, and has to look up
   * all others. After anything else (a timeout, a lost connection, a refusal) an answer may still come, so those tickets
   * are not given again.
   */
  readonly #pending = new Tickets<Pending>();
  /**
   * The last confirmed sequence of each ticket. A leader that takes over in a cluster confirms once more what its
   * predecessor confirmed, and by then another sample may be on its way under the same ticket. Anything stored later has
   * a higher sequence.
   */
  readonly #confirmed = new Map<number, number>();
  /**
   * Makes the fresh id of a sample whose own id was used by another client: the same at each try, so that a repeat
   * stays one message.
   */
  readonly #secret = randomBytes(32);
  /** Ids that the broker knows without a sequence yet: since when, and when it last said so. */
  readonly #onTheirWay = new Map<string, { readonly sinceMs: number; readonly heardAtMs: number }>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, { timeoutMs = 5_000, liesOn }: SamplePublisherOptions = {}) {
    this.#nc = nc;
    this.#timeoutMs = timeoutMs;
    this.#liesOn = liesOn;
    this.#inbox = createInbox(inboxPrefixOf(nc));
    nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#answered(message);
      },
    });
    void this.#followConnection();
  }

  /**
   * Resolves with its sequence in the stream, even if it is that of an earlier message under the same id.
   * @throws PublishRefused, PublishUnconfirmed, PublishTooLarge
   */
  publish(subject: string, body: string | Uint8Array, messageId: string): Promise<number> {
    // A character of text takes three bytes at most; only what might be too large is measured.
    const limit = this.#nc.info?.max_payload ?? 1_048_576;
    const bodyLimit = limit - mostHeaderBytes;
    if (body.length * 3 > bodyLimit) {
      const bytes = Buffer.byteLength(body);
      if (bytes > bodyLimit) return Promise.reject(new PublishTooLarge(bytes, bodyLimit));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + this.#timeoutMs;
      const pending: Pending = { subject, body, messageId, resolve, reject, deadlineMs, ticket: 0 };
      const ticket = this.#pending.put(pending);
      pending.ticket = ticket;
      this.#watchDeadlines();
      try {
        const headers = sampleHeaders(messageId);
        this.#nc.publish(subject, body, { reply: `${this.#inbox}.${ticket}`, headers });
      } catch (error) {
        this.#giveUp(ticket);
        reject(new PublishUnconfirmed('the connection does not take messages', { cause: error }));
      }
    });
  }

  #answered(message: Msg): void {
    const ticket = Number(message.subject.slice(this.#inbox.length + 1));
    const sequence = plainSequence(message.data);
    if (sequence === undefined) {
      const ack = readPubAck(message);
      const pending = this.#giveUp(ticket);
      if (!pending) return;
      if (ack instanceof Error) pending.reject(ack);
      else if (ack.duplicate && this.#liesOn) void this.#settleRepeat(pending, ack.sequence, this.#liesOn);
      else this.#settle(pending, ack.sequence);
      return;
    }
    if (sequence <= (this.#confirmed.get(ticket) ?? 0)) return;
    const pending = this.#pending.settle(ticket);
    if (!pending) return;
    this.#confirmed.set(ticket, sequence);
    this.#settle(pending, sequence);
  }

  #settle({ messageId, resolve }: Pending, sequence: number): void {
    this.#onTheirWay.delete(messageId);
    resolve(sequence);
  }

  async #settleRepeat(
    { subject, body, messageId, resolve, reject }: Pending,
    sequence: number,
    liesOn: NonNullable<SamplePublisherOptions['liesOn']>,
  ): Promise<void> {
    try {
      if (sequence === 0 && !this.#isOnItsWayForLong(messageId)) {
        reject(new PublishUnconfirmed('an earlier message of this id is on its way into the stream'));
        return;
      }
      this.#onTheirWay.delete(messageId);
      if (sequence > 0 && (await liesOn(subject, sequence))) resolve(sequence);
      else {
        const mine = createHmac('sha256', this.#secret).update(messageId).digest('hex').slice(0, 36);
        resolve(await this.publish(subject, body, freshMessageId(messageId, mine)));
      }
    } catch (error) {
      const isAnswer = error instanceof PublishRefused || error instanceof PublishUnconfirmed;
      reject(isAnswer ? error : new PublishUnconfirmed('nobody says whose message it is', { cause: error }));
    }
  }

  /**
   * A clustered 2.10 leader knows the id of a message before it has stored it, and then answers with the sequence 0:
   * sent again under another id, the message would be stored twice. But a message that a former leader left behind is
   * never stored.
   */
  #isOnItsWayForLong(messageId: string): boolean {
    const nowMs = performance.now();
    const present = this.#onTheirWay.get(messageId);
    // An id last heard of long ago was another message's, which is lost.
    const sinceMs = present && nowMs - present.heardAtMs <= this.#timeoutMs ? present.sinceMs : nowMs;
    if (nowMs - sinceMs > 3 * this.#timeoutMs) return true;
    this.#onTheirWay.set(messageId, { sinceMs, heardAtMs: nowMs });
    return false;
  }

  /** Takes the message back and keeps its ticket from being given again. */
  #giveUp(ticket: number): Pending | undefined {
    this.#confirmed.delete(ticket);
    return this.#pending.take(ticket);
  }

  #watchDeadlines(): void {
    if (this.#sweep) return;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      const nowMs = performance.now();
      for (const { reject, ticket } of this.#pending.takeIf(({ deadlineMs }) => deadlineMs <= nowMs)) {
        this.#confirmed.delete(ticket);
        reject(new PublishUnconfirmed(`no confirmation within ${this.#timeoutMs} ms`));
      }
      if (this.#pending.size > 0) this.#watchDeadlines();
    }, 250);
    this.#sweep.unref();
  }

  /** Answers do not outlive the connection that the question went over. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#nc.status()) if (type === 'disconnect') this.#giveUpAll();
    this.#giveUpAll();
  }

  #giveUpAll(): void {
    for (const { reject, ticket } of this.#pending.takeIf(() => true)) {
      this.#confirmed.delete(ticket);
      reject(new PublishUnconfirmed('the connection was lost'));
    }
  }
}

/** The two headers of a sample. Plain headers cost more, since they take names and values of any kind. */
function sampleHeaders(messageId: string): MsgHdrs {
  if (/[\r\n]/.test(messageId)) throw new RangeError('a message id has no line ends');
  // Its time shows the writer how far our clock is off, however long the message waited for the broker.
  const text = `NATS/1.0\r\n${messageIdHeader}: ${messageId}\r\n${sentAtHeader}: ${Date.now()}\r\n\r\n`;
  return { encode: () => Buffer.from(text) } as unknown as MsgHdrs;
}
