import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { RecentlyUsed } from '@holdfast/shared/sessions/recently-used.ts';

/** The first lifecycle event of a task behind a place in the log; undefined when there is none. @throws when it cannot be read */
export type NextLifecycleEvent = (taskId: string, after: number) => Promise<StoredEvent | undefined>;

interface Known {
  readonly bySession: Map<string, Set<number>>;
  through: number;
  /** Those who ask at the same time read together. */
  reading: Promise<void> | undefined;
}

const tasksKept = 10_000;

/**
 * Which versions of their configuration sessions have had. Only samples of a session whose configuration was changed ask for
 * it. Events are read once, and what was found is found for good.
 */
export class SessionVersions {
  readonly #next: NextLifecycleEvent;
  readonly #known = new RecentlyUsed<string, Known>(tasksKept);

  constructor(next: NextLifecycleEvent) {
    this.#next = next;
  }

  /** @throws when the log cannot be read */
  async had(taskId: string, sessionId: string, version: number): Promise<boolean> {
    const known = this.#known.get(taskId) ?? { bySession: new Map(), through: 0, reading: undefined };
    this.#known.set(taskId, known);
    const isKnown = () => known.bySession.get(sessionId)?.has(version) === true;
    if (isKnown()) return true;
    known.reading ??= this.#readOn(taskId, known).finally(() => {
      known.reading = undefined;
    });
    await known.reading;
    return isKnown();
  }

  /** The log may be another one. */
  forget(): void {
    this.#known.clear();
  }

  async #readOn(taskId: string, known: Known): Promise<void> {
    for (;;) {
      const stored = await this.#next(taskId, known.through);
      if (!stored) return;
      known.through = stored.sequence;
      const decoded = decodeSessionEvent(stored.message);
      if (decoded.kind !== 'lifecycle') continue;
      const { sessionId, configVersion } = decoded.event;
      const versions = known.bySession.get(sessionId) ?? new Set();
      known.bySession.set(sessionId, versions.add(configVersion));
    }
  }
}
