import type { LoadedSession, SessionMemory } from '@holdfast/shared/sessions/handle-command.ts';

const tasksAtMost = 20_000;

/**
 * The latest task states that this process knows, so that a command costs the broker one question instead of two. They are
 * never the truth: see {@link handleCommand}. Tasks that were not commanded for longest are forgotten.
 */
export class RecentSessions implements SessionMemory {
  readonly #byTask = new Map<string, LoadedSession>();

  get(taskId: string): LoadedSession | undefined {
    return this.#byTask.get(taskId);
  }

  set(taskId: string, loaded: LoadedSession): void {
    this.#byTask.delete(taskId);
    this.#byTask.set(taskId, loaded);
    if (this.#byTask.size <= tasksAtMost) return;
    const [oldest] = this.#byTask.keys();
    if (oldest !== undefined) this.#byTask.delete(oldest);
  }

  delete(taskId: string): void {
    this.#byTask.delete(taskId);
  }

  /** Called after an outage of the broker, whose log may be another one then. */
  clear(): void {
    this.#byTask.clear();
  }
}
