import type { CloudEvent } from '../contracts/cloud-event.ts';
import { type EventStore, type StoredEvent, StoreUnavailable, VersionConflict } from './event-store.ts';

/** For tests and simulations; keeps the whole contract but durability. */
export class InMemoryEventStore implements EventStore {
  readonly #events: StoredEvent[] = [];

  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    // The same event again is the retry of a caller that did not hear the answer.
    const same = this.#events.find(({ message }) => (message as CloudEvent).id === event.id);
    if (same?.subject === subject) return same.sequence;
    if (same) throw new StoreUnavailable(`the id ${event.id} was used before on ${same.subject}`);
    if ((this.#last(subject)?.sequence ?? 0) !== expectedLast)
      throw new VersionConflict(subject, expectedLast);
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
    yield* this.#events.filter((event) => matches(event.subject));
  }

  #last(subject: string): StoredEvent | undefined {
    return this.#events.findLast((event) => event.subject === subject);
  }
}
