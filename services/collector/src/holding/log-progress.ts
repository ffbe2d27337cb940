import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import { LogDamaged, type StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';

interface TaskProgress {
  lifecycle: number;
  placement: number;
}

/**
 * How far this process has seen each task's events go. When a store is rolled back, its messages and leases are old as
 * well and agree with each other, so a stopped session would run again.
 */
export class LogProgress {
  readonly #byTask = new Map<string, TaskProgress>();
  readonly #judge: Pick<LogJudge, 'doubts' | 'agrees'>;

  /**
   * @param judge notified of tasks of which the log shows less than was seen; a single case may be an outdated answer
   */
  constructor(judge: Pick<LogJudge, 'doubts' | 'agrees'>) {
    this.#judge = judge;
  }

  note({ subject, sequence }: Pick<StoredEvent, 'subject' | 'sequence'>): void {
    const parsed = parseSessionSubject(subject);
    // A warning says nothing about who may poll, and is not read.
    if (parsed && parsed.aspect !== 'warning') this.#see(parsed.taskId, parsed.aspect, sequence);
  }

  /** Reads a task's state, and believes it only if it includes everything seen before. @throws LogDamaged */
  async read(taskId: string, load: (taskId: string) => Promise<TaskState>): Promise<TaskState> {
    // Events seen during the read may be younger than the answer.
    const before = { ...this.#of(taskId) };
    const task = await load(taskId);
    const { lastLifecycle, lastPlacement } = task;
    if (lastLifecycle < before.lifecycle || lastPlacement < before.placement) {
      const error = new LogDamaged(
        `the events of task ${taskId} end at ${lastLifecycle} and ${lastPlacement}, but ${before.lifecycle} and ${before.placement} were already seen: the store was wiped or rolled back`,
      );
      this.#judge.doubts(`task ${taskId}`, error);
      throw error;
    }
    this.#judge.agrees(`task ${taskId}`);
    this.#see(taskId, 'lifecycle', lastLifecycle);
    this.#see(taskId, 'placement', lastPlacement);
    return task;
  }

  #see(taskId: string, aspect: keyof TaskProgress, sequence: number): void {
    const sequences = this.#of(taskId);
    sequences[aspect] = Math.max(sequences[aspect], sequence);
  }

  #of(taskId: string): TaskProgress {
    const present = this.#byTask.get(taskId);
    if (present) return present;
    const sequences = { lifecycle: 0, placement: 0 };
    this.#byTask.set(taskId, sequences);
    return sequences;
  }
}
