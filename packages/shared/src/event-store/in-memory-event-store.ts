import type { CloudEvent } from '../contracts/cloud-event.ts';
import { type EventStore, type StoredEvent, VersionConflict } from './event-store.ts';

/** For tests and simulations; keeps the whole contract but durability. */
export class InMemoryEventStore implements EventStore {
  readonly #events: StoredEvent[] = [];

  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    const last = this.#last(subject);
    if ((last?.sequence ?? 0) !== expectedLast) {
      // The same event again is the retry of a caller that did not hear the answer.
      const winner = this.#events.find(
        (stored) => stored.subject === subject && stored.sequence > expectedLast,
      );
      if (winner && (winner.message as CloudEvent).id === event.id) return winner.sequence;
      throw new VersionConflict(subject, expectedLast);
    }
    const sequence = this.#events.length + 1;
    this.#events.push({ subject, sequence, message: structuredClone(event) });
    return sequence;
  }

  async readLast(subject: string): Promise<StoredEvent | undefined> {
    return this.#last(subject);
  }

  async *read(subject: string): AsyncIterable<StoredEvent> {
    const matches = subject.endsWith('*')
      ? (name: string) => name.startsWith(subject.slice(0, -1))
      : (name: string) => name === subject;
    yield* this.#events.filter((stored) => matches(stored.subject));
  }

  #last(subject: string): StoredEvent | undefined {
    return this.#events.findLast((stored) => stored.subject === subject);
  }
}
