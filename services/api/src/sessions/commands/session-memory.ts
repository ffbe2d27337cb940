import type { LoadedSession, SessionMemory } from '@holdfast/shared/sessions/handle-command.ts';

const tasksAtMost = 20_000;

/**
 * The latest task states that this process knows, so that a command costs the broker one question instead of two. They are
 * never the truth: see {@link handleCommand}. Tasks that were not commanded for longest are forgotten.
 */
export class RecentSessions implements SessionMemory {
  readonly #known = new Map<string, LoadedSession>();

  get(taskId: string): LoadedSession | undefined {
    return this.#known.get(taskId);
  }

  set(taskId: string, known: LoadedSession): void {
    this.#known.delete(taskId);
    this.#known.set(taskId, known);
    if (this.#known.size <= tasksAtMost) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  delete(taskId: string): void {
    this.#known.delete(taskId);
  }

  /** Called after an outage of the broker, whose log may be another one then. */
  clear(): void {
    this.#known.clear();
  }
}
