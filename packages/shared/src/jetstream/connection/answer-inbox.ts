import { createInbox, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { Tickets } from '../../runtime/tickets.ts';
import { inboxPrefixOf } from './inbox-prefix-of.ts';

/** Exactly one of the two callbacks is called, once. */
export interface PendingRequest {
  readonly onAnswer: (message: Msg) => void;
  /** The outcome of the question is unknown. */
  readonly onLost: (why: string) => void;
  readonly timeoutMs: number;
}

interface Pending extends PendingRequest {
  readonly deadlineMs: number;
}

/**
 * Receives the answers to many questions at a time. The client's own `request` makes a promise, a timer and an error
 * with a stack for each, which costs more than the message itself: here one subscription takes all answers and one timer
 * watches over all of them.
 */
export class AnswerInbox {
  readonly #inbox: string;
  /** Questions by the last token of the subject on which the answer comes. */
  readonly #pending = new Tickets<Pending>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;

  constructor(nc: NatsConnection) {
    this.#inbox = createInbox(inboxPrefixOf(nc));
    nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#answered(message);
      },
    });
    void this.#followConnection(nc);
  }

  /** @returns the reply subject to send the question with */
  expect(question: PendingRequest): string {
    const deadlineMs = performance.now() + question.timeoutMs;
    const ticket = this.#pending.put({ ...question, deadlineMs });
    this.#watch(deadlineMs);
    return `${this.#inbox}.${ticket}`;
  }

  /** Drops a question that could not be sent. */
  forget(subject: string): void {
    this.#pending.take(this.#ticketOf(subject));
  }

  #answered(message: Msg): void {
    this.#pending.take(this.#ticketOf(message.subject))?.onAnswer(message);
  }

  #ticketOf(subject: string): number {
    return Number(subject.slice(this.#inbox.length + 1));
  }

  #watch(deadlineMs: number): void {
    if (this.#timer && this.#dueMs <= deadlineMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = deadlineMs;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(0, Math.ceil(deadlineMs - performance.now())));
    this.#timer.unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    const late = this.#pending.takeIf(({ deadlineMs }) => {
      if (deadlineMs <= nowMs) return true;
      nextMs = Math.min(nextMs, deadlineMs);
      return false;
    });
    for (const { onLost, timeoutMs } of late) onLost(`no confirmation within ${Math.round(timeoutMs)} ms`);
    if (nextMs !== Number.POSITIVE_INFINITY) this.#watch(nextMs);
  }

  /** Answers do not outlive the connection that the question went over. */
  async #followConnection(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) if (type === 'disconnect') this.#giveUpAll();
    this.#giveUpAll();
  }

  #giveUpAll(): void {
    for (const { onLost } of this.#pending.takeIf(() => true)) onLost('the connection was lost');
  }
}
