import { LogDamaged, type StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { Link } from './link.ts';
import type { SimBroker } from './sim-broker.ts';

/** As in packages/shared/src/jetstream/sessions/session-log.ts. */
const silentMs = 500;

/**
 * SESSIONS as a process follows it: every event once and in order. Deliveries start over when the link comes
 * back, or when `verify` finds that they have silently stopped.
 */
export class SimSessionLog {
  readonly #broker: SimBroker;
  readonly #link: Link;
  readonly #onEvent: (event: StoredEvent) => void;
  #applied: number;
  #generation = 0;
  #isDead = false;
  readonly #early = new Map<number, StoredEvent>();
  readonly #waiting = new Set<{ sequence: number; resolve: () => void }>();
  readonly #follower = (event: StoredEvent): void => {
    if (this.#isDead) return;
    const generation = this.#generation;
    this.#link.push(() => this.#arrive(event, generation));
  };

  constructor(broker: SimBroker, link: Link, after: number, onEvent: (event: StoredEvent) => void) {
    this.#broker = broker;
    this.#link = link;
    this.#applied = after;
    this.#onEvent = onEvent;
    broker.followers.add(this.#follower);
    link.onReconnect(() => this.#restart());
    this.#restart();
  }

  appliedSequence(): number {
    return this.#applied;
  }

  reached(sequence: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (sequence <= this.#applied || signal?.aborted) return resolve();
      const waiter = {
        sequence,
        resolve: () => {
          this.#waiting.delete(waiter);
          signal?.removeEventListener('abort', waiter.resolve);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', waiter.resolve, { once: true });
    });
  }

  async verify(): Promise<number> {
    const { process } = this.#link;
    const applied = this.#applied;
    const last = await this.#link.request('end of SESSIONS', () => this.#broker.lastSequence, 5_000);
    if (last < applied) throw new LogDamaged(`SESSIONS ends at ${last}, ${applied} was read`);
    if (last <= this.#applied) return last;
    const before = this.#applied;
    const patience = new AbortController();
    const cancel = process.timers.after(silentMs, () => patience.abort());
    await this.reached(last, patience.signal);
    cancel();
    if (this.#applied === before) {
      process.world.note('log delivery started over');
      this.#restart();
    }
    return last;
  }

  /** The deliveries stop without a word. */
  die(): void {
    this.#link.process.tell('deliveries of the session log stop silently');
    this.#link.noteTrouble();
    this.#isDead = true;
    this.#generation += 1;
  }

  stop(): void {
    this.#broker.followers.delete(this.#follower);
    this.#generation += 1;
    for (const waiter of this.#waiting) waiter.resolve();
  }

  #restart(): void {
    this.#generation += 1;
    this.#isDead = false;
    const generation = this.#generation;
    const after = this.#applied;
    this.#link.fire(() => {
      for (const event of this.#broker.eventsAfter(after)) {
        this.#link.push(() => this.#arrive(event, generation));
      }
    });
  }

  #arrive(event: StoredEvent, generation: number): void {
    if (generation !== this.#generation || event.sequence <= this.#applied) return;
    // The client's ordered consumer hands nothing on out of order.
    this.#early.set(event.sequence, event);
    for (;;) {
      const next = this.#early.get(this.#applied + 1);
      if (!next) break;
      this.#early.delete(next.sequence);
      this.#applied = next.sequence;
      this.#onEvent(next);
    }
    for (const waiter of this.#waiting) if (waiter.sequence <= this.#applied) waiter.resolve();
  }
}
