import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { RecentlyUsed } from '@holdfast/shared/runtime/recently-used.ts';

/**
 * The first lifecycle event of a task after a place in the log, or undefined if there is none. @throws when the log
 * cannot be read
 */
export type NextLifecycleEvent = (taskId: string, after: number) => Promise<StoredEvent | undefined>;

interface VersionsOfTask {
  readonly bySession: Map<string, Set<number>>;
  through: number;
  /** When the log may next be read from its beginning; monotonic. */
  anewAtMs: number;
  /** The read under way, shared by all who ask meanwhile. */
  reading: Promise<void> | undefined;
}

const tasksKept = 10_000;
const noesKept = 10_000;
/** How often a missing version is requested again. */
const againMs = 1_000;
/**
 * How often all events are read again: a leader that was just elected may lack an event in the middle for a while, and
 * reading on skips it.
 */
const anewMs = 5_000;

/**
 * The versions of the configuration that sessions have had. Only samples of a session whose configuration was changed
 * need them. A version that was found stays known; a missing one is requested again, at intervals.
 */
export class SessionVersions {
  readonly #next: NextLifecycleEvent;
  readonly #nowMs: () => number;
  readonly #historyByTask = new RecentlyUsed<string, VersionsOfTask>(tasksKept);
  /** By task, session and version: until when the session is taken never to have had it. */
  readonly #noes = new RecentlyUsed<string, number>(noesKept);

  constructor(next: NextLifecycleEvent, nowMs: () => number = () => performance.now()) {
    this.#next = next;
    this.#nowMs = nowMs;
  }

  /** False as long as the log, which may lag, does not have it. @throws when the log cannot be read */
  async had(taskId: string, sessionId: string, version: number): Promise<boolean> {
    const history = this.#knownOf(taskId);
    const isKnown = () => history.bySession.get(sessionId)?.has(version) === true;
    if (isKnown()) return true;
    const key = JSON.stringify([taskId, sessionId, version]);
    if (this.#nowMs() < (this.#noes.get(key) ?? 0)) return false;
    // A read under way may already have had its last answer.
    if (history.reading) await history.reading;
    if (!isKnown()) await this.#readOn(taskId, history);
    if (!isKnown() && this.#nowMs() >= history.anewAtMs) {
      history.through = 0;
      await this.#readOn(taskId, history);
    }
    if (isKnown()) return true;
    this.#noes.set(key, this.#nowMs() + againMs);
    return false;
  }

  /** Call it when the log may be another one. */
  forget(): void {
    this.#historyByTask.clear();
    this.#noes.clear();
  }

  #knownOf(taskId: string): VersionsOfTask {
    const cached = this.#historyByTask.get(taskId);
    if (cached) return cached;
    const history = {
      bySession: new Map(),
      through: 0,
      anewAtMs: this.#nowMs() + anewMs,
      reading: undefined,
    };
    this.#historyByTask.set(taskId, history);
    return history;
  }

  #readOn(taskId: string, history: VersionsOfTask): Promise<void> {
    history.reading ??= this.#read(taskId, history).finally(() => {
      history.reading = undefined;
    });
    return history.reading;
  }

  async #read(taskId: string, history: VersionsOfTask): Promise<void> {
    if (history.through === 0) history.anewAtMs = this.#nowMs() + anewMs;
    for (;;) {
      const event = await this.#next(taskId, history.through);
      if (!event) return;
      history.through = event.sequence;
      const decoded = decodeSessionEvent(event.message);
      if (decoded.kind !== 'lifecycle') continue;
      const { sessionId, configVersion } = decoded.event;
      const versions = history.bySession.get(sessionId) ?? new Set();
      history.bySession.set(sessionId, versions.add(configVersion));
    }
  }
}
