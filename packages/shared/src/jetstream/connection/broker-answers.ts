import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Clock, systemClock } from '../../runtime/clock.ts';
import { RequestPatience } from '../../runtime/request-patience.ts';

/** `read`: a broker without a quorum still answers from what it has. `write`: it does not. */
export type QuestionKind = 'read' | 'write';

interface QuestionBook {
  /** Sending times of the questions sent after the last answered one. */
  readonly pending: Map<number, number>;
  answeredSentAtMs: number;
  /** Sending times of the first and the last question that got no answer. */
  failed: { readonly firstMs: number; readonly lastMs: number } | undefined;
}

const books = new WeakMap<NatsConnection, BrokerAnswers>();

/** Over a quick link, answers are waited for this long. */
const leastPatienceMs = 1_000;
/** No usable link takes longer. */
const longestPatienceMs = 5_000;

/**
 * How long a question whose caller has given up is still waited for: its late answer shows how long answers take. Without
 * it, a caller that asks for a second at a time would never learn that answers take two.
 */
export const lateAnswersMs = 10_000;

/**
 * Knows for how long the broker has given no answer that counts. An answer to one question stands for all that were sent
 * before it, so that a slow link does not look like a dead one. It also measures how long answers take: whoever waits for
 * one goes by that, and by no fixed time.
 */
export class BrokerAnswers {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #questions: Readonly<Record<QuestionKind, QuestionBook>> = {
    read: nothingAsked(),
    write: nothingAsked(),
  };
  /** How long to wait for an answer of each kind. */
  readonly patience = { read: newPatience(), write: newPatience() } as const;
  #tickets = 0;
  /** Start of a silence that began before the present node was asked. */
  #silentSinceMs: number | undefined;
  #why = '';

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** One for all that share the connection. */
  static of(nc: NatsConnection): BrokerAnswers {
    const present = books.get(nc);
    if (present) return present;
    const answers = new BrokerAnswers(systemClock);
    books.set(nc, answers);
    return answers;
  }

  /** The same, by the connection that a client or manager asks over: their types do not show it. */
  static behind(asker: JetStreamManager | JetStreamClient): BrokerAnswers {
    return BrokerAnswers.of((asker as unknown as { readonly nc: NatsConnection }).nc);
  }

  /** Puts a question, and notes how long its answer takes. */
  async timed<T>(kind: QuestionKind, ask: () => Promise<T>): Promise<T> {
    const askedMs = this.#clock.monotonicMs();
    const answer = await ask();
    this.patience[kind].answered(this.#clock.monotonicMs() - askedMs);
    return answer;
  }

  /**
   * Notes that a question leaves.
   * @returns call one of them, once: `answered` for an answer that counts, or `failed` with why there was none
   */
  recordQuestion(kind: QuestionKind): { answered(): void; failed(why: string): void } {
    const questions = this.#questions[kind];
    this.#tickets += 1;
    const ticket = this.#tickets;
    const sentAtMs = this.#clock.monotonicMs();
    questions.pending.set(ticket, sentAtMs);
    return {
      answered: () => {
        this.patience[kind].answered(this.#clock.monotonicMs() - sentAtMs);
        if (!questions.pending.delete(ticket)) return;
        this.#silentSinceMs = undefined;
        questions.answeredSentAtMs = Math.max(questions.answeredSentAtMs, sentAtMs);
        for (const [other, atMs] of questions.pending) if (atMs <= sentAtMs) questions.pending.delete(other);
        const { failed } = questions;
        if (!failed || failed.firstMs > sentAtMs) return;
        questions.failed =
          failed.lastMs <= sentAtMs ? undefined : { firstMs: failed.lastMs, lastMs: failed.lastMs };
      },
      failed: (why) => {
        if (!questions.pending.delete(ticket) || sentAtMs <= questions.answeredSentAtMs) return;
        this.#why = why;
        const { firstMs = sentAtMs, lastMs = sentAtMs } = questions.failed ?? {};
        questions.failed = { firstMs: Math.min(firstMs, sentAtMs), lastMs: Math.max(lastMs, sentAtMs) };
      },
    };
  }

  /**
   * How long to wait for an answer before the question is asked again: 1 s, or twice the time that answers take now. A
   * write takes longer than a read, but both cross the same link.
   */
  patienceMs(kind: QuestionKind): number {
    const { read, write } = this.patience;
    return kind === 'read' ? read.ms() : Math.max(read.ms(), write.ms());
  }

  /**
   * By how much longer answers are waited for than over a quick link, where this is 0. Whoever waits a fixed time there
   * adds this for each round trip.
   */
  slownessMs(kind: QuestionKind): number {
    return this.patienceMs(kind) - leastPatienceMs;
  }

  /** Time since the first unanswered question was sent to this node, or 0 if the last question has its answer. */
  unansweredForMs(): number {
    const nowMs = this.#clock.monotonicMs();
    let sinceMs = nowMs;
    for (const { pending, failed } of Object.values(this.#questions)) {
      // Pending questions are in the order in which they were sent.
      const [oldestMs = nowMs] = pending.values();
      sinceMs = Math.min(sinceMs, oldestMs, failed?.firstMs ?? nowMs);
    }
    return nowMs - sinceMs;
  }

  /** The same, over all nodes that were asked. */
  silentForMs(): number {
    const nowMs = this.#clock.monotonicMs();
    return Math.max(this.unansweredForMs(), nowMs - (this.#silentSinceMs ?? nowMs));
  }

  /** Time since the last read was sent whose answer counted, from whichever node; 0 before the first. */
  lastReadAgoMs(): number {
    const { answeredSentAtMs } = this.#questions.read;
    return Number.isFinite(answeredSentAtMs) ? this.#clock.monotonicMs() - answeredSentAtMs : 0;
  }

  /** Why the last failed question got no answer. */
  why(): string {
    return this.#why;
  }

  /** Forgets all questions: those to one node say nothing about another. */
  forget(): void {
    const unansweredMs = this.unansweredForMs();
    if (unansweredMs > 0) this.#silentSinceMs ??= this.#clock.monotonicMs() - unansweredMs;
    for (const questions of Object.values(this.#questions)) {
      questions.pending.clear();
      questions.failed = undefined;
    }
  }
}

function newPatience(): RequestPatience {
  return new RequestPatience({ leastMs: leastPatienceMs, mostMs: longestPatienceMs });
}

function nothingAsked(): QuestionBook {
  return { pending: new Map(), answeredSentAtMs: Number.NEGATIVE_INFINITY, failed: undefined };
}
