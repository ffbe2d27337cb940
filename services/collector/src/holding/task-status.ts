import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import { type Timers, withDeadline } from '@holdfast/shared/runtime/timers.ts';
import { boundedText } from '@holdfast/texts/bounded-text.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { SessionRunner } from '../polling/session-runner.ts';
import type { LiveStatus } from '../ports.ts';

/** Says that this collector cannot run a session. */
export interface Refused {
  readonly assignment: Assignment;
  readonly why: Text;
  readonly cause: FailureCause;
}

/** The start of a session waits at most so long for the live state to be written: an answer can be lost. */
const withinMs = 1_500;

export interface TaskStatusOptions {
  readonly taskId: string;
  readonly collectorId: string;
  readonly instance: string;
  readonly liveStatus: LiveStatus;
  readonly timers: Timers;
}

/** The live state of a task's session, as this collector reports it. */
export class TaskStatus {
  readonly #options: TaskStatusOptions;
  #last = '';

  constructor(options: TaskStatusOptions) {
    this.#options = options;
  }

  /** Writes the live state if it has changed since the last time. */
  async write(
    runner: SessionRunner,
    state: 'polling' | 'released',
    versions: Pick<SessionLiveStatus, 'config_version' | 'unable'>,
  ): Promise<void> {
    const status = runner.status();
    const fingerprint = JSON.stringify([state, runner.epoch, versions, status]);
    if (fingerprint === this.#last) return;
    await this.#options.liveStatus.write(this.#options.taskId, {
      ...this.#identity(runner.sessionId, runner.epoch),
      state,
      detail: '',
      ...versions,
      ...status,
    });
    this.#last = fingerprint;
  }

  async writeRefusal({ assignment, why, cause }: Refused): Promise<void> {
    await this.#options.liveStatus.write(this.#options.taskId, {
      ...this.#identity(assignment.session_id, assignment.epoch),
      state: 'refused',
      detail: boundedText(why),
      cause,
      points_read: 0,
      error_count: 0,
      last_read_time: null,
      device_health: {},
    });
  }

  /** Waits for a write, but not for long, and ignores its outcome. */
  async orLater(writing: Promise<void>): Promise<void> {
    await withDeadline(writing, withinMs, this.#options.timers).catch(() => undefined);
  }

  #identity(
    session: string,
    epoch: number,
  ): Pick<SessionLiveStatus, 'v' | 'session' | 'epoch' | 'collector' | 'instance' | 'updated_at'> {
    const { collectorId, instance } = this.#options;
    return { v: 1, session, epoch, collector: collectorId, instance, updated_at: new Date().toISOString() };
  }
}
