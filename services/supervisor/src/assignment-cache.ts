import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import { type AssignmentOutbox, assignmentKey, type SessionLog } from './ports.ts';
import type { AssignmentListing, UnplacedSession } from './reconcile/reconcile.ts';

/** How often messages are listed: a list costs a line per placed session, too much for every hint. */
const listEveryMs = 5_000;
/** Up to so many single questions cost less than a list of a large fleet. */
const maxSingleQuestions = 64;

/** The content of ASSIGNMENTS as far as this supervisor knows it, including its own changes. */
export class AssignmentCache {
  readonly #outbox: AssignmentOutbox;
  readonly #clock: Clock;
  #keys = new Set<string>();
  #listedAtSequence = -1;
  #listedAtMs = Number.NEGATIVE_INFINITY;

  constructor(outbox: AssignmentOutbox, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** Asks the stream again if the last list is old. @throws when the broker cannot be asked */
  async refresh(log: SessionLog): Promise<void> {
    if (this.#clock.monotonicMs() - this.#listedAtMs < listEveryMs) return;
    const listedAtSequence = log.appliedSequence();
    this.#keys = await this.#outbox.list();
    this.#listedAtSequence = listedAtSequence;
    this.#listedAtMs = this.#clock.monotonicMs();
  }

  /**
   * Looks up the sessions that wait for a former holder to let go: that happens here, and gives no hint.
   * @returns what is now known about their messages
   */
  async lookAfter(waiting: readonly UnplacedSession[], log: SessionLog): Promise<AssignmentListing> {
    const askedAt = log.appliedSequence();
    const withFormer = waiting.filter(({ former }) => former !== undefined);
    if (withFormer.length > maxSingleQuestions) {
      this.doubt();
      await this.refresh(log);
      return this.listing();
    }
    const askedAtSequence = new Map<string, number>();
    await Promise.all(
      withFormer.map(async ({ taskId, former = '' }) => {
        const key = assignmentKey(former, taskId);
        // Added to the list too: another supervisor may have published since, and an unknown message would pass for
        // gone.
        if (await this.#outbox.has(former, taskId)) this.#keys.add(key);
        else this.#keys.delete(key);
        askedAtSequence.set(key, askedAt);
      }),
    );
    return { ...this.listing(), askedAtSequence };
  }

  /** Call it when a change was begun and its outcome is unknown: the next look asks the stream. */
  doubt(): void {
    this.#listedAtMs = Number.NEGATIVE_INFINITY;
  }

  listing(): AssignmentListing {
    return { keys: this.#keys, listedAtSequence: this.#listedAtSequence };
  }

  rung(collectorId: string, taskId: string): void {
    this.#keys.add(assignmentKey(collectorId, taskId));
  }

  removed(collectorId: string, taskId: string): void {
    this.#keys.delete(assignmentKey(collectorId, taskId));
  }
}
