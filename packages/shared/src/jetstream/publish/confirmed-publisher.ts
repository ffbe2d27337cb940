import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { traceParentName } from '../../contracts/trace-parent.ts';
import { AnswerInbox } from '../connection/answer-inbox.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { messageIdHeader, plainHeaders } from '../connection/plain-headers.ts';
import { type PubAck, PublishNotSent, PublishRefused, PublishUnconfirmed, readPubAck } from './pub-ack.ts';

export interface ConfirmedPublish {
  readonly subject: string;
  readonly body: string;
  readonly messageId: string;
  /** Expected last sequence of the subject, or 0 if it has none yet. */
  readonly expectedLast?: number;
  readonly traceparent?: unknown;
  readonly timeoutMs: number;
}

const expectedLastHeader = 'Nats-Expected-Last-Subject-Sequence';
const publishers = new WeakMap<NatsConnection, ConfirmedPublisher>();

/** Publishes into streams, with many messages on their way, each confirmed by itself. */
export class ConfirmedPublisher {
  readonly #nc: NatsConnection;
  readonly #inbox: AnswerInbox;
  readonly #answers: BrokerAnswers;
  #unsent: (() => void)[] = [];

  private constructor(nc: NatsConnection) {
    this.#nc = nc;
    this.#inbox = new AnswerInbox(nc);
    this.#answers = BrokerAnswers.of(nc);
  }

  /** One for all that share the connection, so that what they send at a time goes out together. */
  static of(nc: NatsConnection): ConfirmedPublisher {
    const present = publishers.get(nc);
    if (present) return present;
    const publisher = new ConfirmedPublisher(nc);
    publishers.set(nc, publisher);
    return publisher;
  }

  /**
   * Resolves when the stream has it.
   *
   * It is sent when this turn of the event loop is over, together with all others of the turn: requests arrive several
   * at a time, and a separate write for each costs both ends more than the message does.
   * @throws PublishRefused, PublishUnconfirmed, PublishNotSent
   */
  publish({
    subject,
    body,
    messageId,
    expectedLast,
    traceparent,
    timeoutMs,
  }: ConfirmedPublish): Promise<PubAck> {
    return new Promise((resolve, reject) => {
      let headers: MsgHdrs;
      try {
        headers = plainHeaders({
          [messageIdHeader]: messageId,
          [expectedLastHeader]: expectedLast,
          [traceParentName]: typeof traceparent === 'string' ? traceparent : undefined,
        });
      } catch (error) {
        reject(new PublishNotSent('a header that cannot be sent', { cause: error }));
        return;
      }
      this.#unsent.push(() => {
        let reply: string | undefined;
        const question = this.#answers.recordQuestion('write');
        try {
          reply = this.#inbox.expect({
            onAnswer: (message) => {
              const ack = readPubAck(message);
              if (ack instanceof PublishRefused && ack.code === 0) question.failed(ack.message);
              else question.answered();
              if (ack instanceof Error) reject(ack);
              else resolve(ack);
            },
            onLost: (why) => {
              question.failed(why);
              reject(new PublishUnconfirmed(why));
            },
            timeoutMs,
          });
          this.#nc.publish(subject, body, { reply, headers });
        } catch (error) {
          if (reply !== undefined) this.#inbox.forget(reply);
          question.failed('it could not be sent');
          reject(new PublishNotSent('the connection does not take it', { cause: error }));
        }
      });
      if (this.#unsent.length === 1) setImmediate(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    const sends = this.#unsent;
    this.#unsent = [];
    for (const send of sends) send();
  }
}
