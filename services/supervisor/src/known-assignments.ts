import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import { type AssignmentOutbox, assignmentKey, type SessionLog } from './ports.ts';
import type { AssignmentListing, Waiting } from './reconcile/reconcile.ts';

/** Listing costs a line per placed session, so not at every hint. */
const listEveryMs = 5_000;
/** Up to so many single questions are cheaper than a list of a large fleet. */
const maxSingleQuestions = 64;

/** The content of ASSIGNMENTS as far as this supervisor knows, with its own changes. */
export class KnownAssignments {
  readonly #outbox: AssignmentOutbox;
  readonly #clock: Clock;
  #keys = new Set<string>();
  #listedAtSequence = -1;
  #listedAtMs = Number.NEGATIVE_INFINITY;

  constructor(outbox: AssignmentOutbox, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** Asks the stream again when the last list is old. @throws when the broker cannot be asked */
  async refresh(log: SessionLog): Promise<void> {
    if (this.#clock.monotonicMs() - this.#listedAtMs < listEveryMs) return;
    const listedAtSequence = log.appliedSequence();
    this.#keys = await this.#outbox.list();
    this.#listedAtSequence = listedAtSequence;
    this.#listedAtMs = this.#clock.monotonicMs();
  }

  /**
   * Looks after those whose former holder has still to let go: that shows here and gives no hint.
   * @returns what is known for them now
   */
  async lookAfter(waiting: readonly Waiting[], log: SessionLog): Promise<AssignmentListing> {
    const askedAt = log.appliedSequence();
    const asked = waiting.filter(({ former }) => former !== undefined);
    if (asked.length > maxSingleQuestions) {
      this.doubt();
      await this.refresh(log);
      return this.listing();
    }
    const askedAtSequence = new Map<string, number>();
    await Promise.all(
      asked.map(async ({ taskId, former = '' }) => {
        const key = assignmentKey(former, taskId);
        // Added to the list: another supervisor may have published since, and an unknown message would pass for gone.
        if (await this.#outbox.has(former, taskId)) this.#keys.add(key);
        else this.#keys.delete(key);
        askedAtSequence.set(key, askedAt);
      }),
    );
    return { ...this.listing(), askedAtSequence };
  }

  /** A change was begun, and nobody knows what came of it: the next look asks the stream. */
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
