import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { inboxPrefixOf } from '@holdfast/shared/jetstream/connection/inbox-prefix-of.ts';
import { createInbox, type MsgHdrs, type Subscription } from '@nats-io/nats-core';
import { InvalidMeasurement } from '../benchmark.ts';

/** More than this in flight gains nothing, and the broker drops what a stream cannot take fast enough. */
const maxInFlight = 2_000;

/** Publishes into streams without waiting for each confirmation, and sees to it that every one arrives. */
export class PipelinedPublisher {
  readonly #nc: NatsConnection;
  readonly #inbox: string;
  readonly #answers: Subscription;
  #sent = 0;
  #confirmed = 0;
  #refusal: string | undefined;
  #wake: (() => void) | undefined;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
    this.#inbox = createInbox(inboxPrefixOf(nc));
    this.#answers = nc.subscribe(this.#inbox, {
      callback: (error, message) => {
        const answer = error ? error.message : message.string();
        if (error || !answer.startsWith('{') || answer.includes('"error"')) this.#refusal ??= answer;
        this.#confirmed += 1;
        if (this.#sent - this.#confirmed <= maxInFlight / 2) this.#wake?.();
      },
    });
  }

  /** @throws InvalidMeasurement when the broker refused an earlier message */
  async publish(subject: string, body: string, headers?: MsgHdrs): Promise<void> {
    this.#nc.publish(subject, body, { reply: this.#inbox, ...(headers ? { headers } : {}) });
    this.#sent += 1;
    if (this.#sent - this.#confirmed >= maxInFlight) await this.#until(maxInFlight / 2);
  }

  /** Waits for the last confirmation. @throws InvalidMeasurement */
  async finish(): Promise<void> {
    await this.#until(0);
    this.#answers.unsubscribe();
  }

  async #until(inFlight: number): Promise<void> {
    while (this.#sent - this.#confirmed > inFlight && this.#refusal === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#refusal !== undefined) throw new InvalidMeasurement(`the broker refused: ${this.#refusal}`);
  }
}
