import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { EventStore, StoredEvent } from '@holdfast/shared/event-store/event-store.ts';

const eventsAtMost = 20_000;

/**
 * Lifecycle events behind this process's command answers that the read model is not yet known to have: whoever was told
 * that a session is paused must not read that it runs. Beyond the bound the oldest are forgotten.
 */
export class UnprojectedEvents {
  readonly #reached: () => number;
  readonly #onAppended: (sequence: number) => void;
  readonly #byTask = new Map<string, StoredEvent[]>();
  #count = 0;

  /** @param reached sequence that the read model is known to have reached */
  constructor(reached: () => number, onAppended: (sequence: number) => void = () => undefined) {
    this.#reached = reached;
    this.#onAppended = onAppended;
  }

  /** Wraps a log so that the events appended to it, and those read last to decide on, are noted here. */
  noting(log: EventStore): EventStore {
    return {
      append: async (subject, event, expectedLast) => {
        const sequence = await log.append(subject, event, expectedLast);
        this.#onAppended(sequence);
        this.#note({ subject, sequence, message: event });
        return sequence;
      },
      readLast: async (subject) => {
        const last = await log.readLast(subject);
        if (last) this.#note(last);
        return last;
      },
      read: (subject) => log.read(subject),
    };
  }

  /** Oldest first. */
  ofTask(taskId: string): readonly StoredEvent[] {
    // Nearly always the case.
    if (this.#count === 0) return [];
    const reached = this.#reached();
    return this.#byTask.get(taskId)?.filter(({ sequence }) => sequence > reached) ?? [];
  }

  /** Ids of the tasks that have such events. */
  tasks(): string[] {
    if (this.#count > 0) this.#forgetReached();
    return [...this.#byTask.keys()];
  }

  #note(event: StoredEvent): void {
    const place = parseSessionSubject(event.subject);
    if (place?.aspect !== 'lifecycle' || event.sequence <= this.#reached()) return;
    const ofTask = this.#byTask.get(place.taskId);
    if (ofTask?.some(({ sequence }) => sequence >= event.sequence)) return;
    if (this.#count >= eventsAtMost) this.#makeRoom();
    this.#byTask.delete(place.taskId);
    this.#byTask.set(place.taskId, [...(ofTask ?? []), event]);
    this.#count += 1;
  }

  #makeRoom(): void {
    this.#forgetReached();
    for (const taskId of this.#byTask.keys()) {
      if (this.#count < eventsAtMost) return;
      this.#keep(taskId, []);
    }
  }

  #forgetReached(): void {
    for (const taskId of this.#byTask.keys()) this.#keep(taskId, this.ofTask(taskId));
  }

  #keep(taskId: string, events: readonly StoredEvent[]): void {
    this.#count -= (this.#byTask.get(taskId)?.length ?? 0) - events.length;
    if (events.length === 0) this.#byTask.delete(taskId);
    else this.#byTask.set(taskId, [...events]);
  }
}
