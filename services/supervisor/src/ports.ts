import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { WaitingNotice } from '@holdfast/shared/contracts/waiting-notice.ts';
import type { AssignReason, ReleaseReason } from '@holdfast/shared/domain/placement/events.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';

/** The session log as the supervisor follows it. */
export interface SessionLog {
  appliedSequence(): number;
  reached(sequence: number, signal?: AbortSignal): Promise<void>;
  /** Last sequence of the stream. @throws when the log has lost events or cannot be asked */
  verify(): Promise<number>;
}

/** The place where work is handed to collectors. A subject holds one message, so everything here may be repeated. */
export interface AssignmentOutbox {
  publish(collectorId: string, assignment: Assignment): Promise<void>;
  remove(collectorId: string, taskId: string): Promise<void>;
  /** `<collectorId>.<taskId>` of every message in the stream. */
  list(): Promise<Set<string>>;
  has(collectorId: string, taskId: string): Promise<boolean>;
}

/** As in {@link AssignmentOutbox.list}. */
export function assignmentKey(collectorId: string, taskId: string): string {
  return `${collectorId}.${taskId}`;
}

/** Asks collectors where the endpoints of their sessions are. */
export interface AddressQuestions {
  /** For each endpoint, `address:port` as often as it has one. @throws when the collector gives no answer */
  addressesOf(
    collectorId: string,
    endpoints: readonly string[],
  ): Promise<Readonly<Record<string, readonly string[]>>>;
}

/** The notices that show people why a session waits. They are live values: a lost one is written again. */
export interface WaitingBoard {
  write(taskId: string, notice: WaitingNotice): Promise<void>;
  clear(taskId: string): Promise<void>;
}

/** Notified of everything that a supervisor has done. Returns at once and never throws. */
export interface SupervisorObserver {
  /**
   * @param waitedMs how long no collector had been able to poll the session; with a silent holder, since its last sign
   *   of life
   */
  assigned(reason: AssignReason, waitedMs: number): void;
  released(reason: ReleaseReason): void;
  failed(cause: FailureCause): void;
  restarted(): void;
  /** A session has reached a time limit. It was warned of (`soft`) or stopped (`hard`). */
  limitReached(limit: 'soft' | 'hard'): void;
  /** One pass is over, a comparison of what should be with what is, including the writes. */
  passed(durationMs: number): void;
  passFailed(): void;
}

export interface Leadership {
  /** Whether this process leads right now; asked before every write. */
  isHeld(): boolean;
  /** Whether another process has led since this one started. */
  sawOtherHolder(): boolean;
}

export interface Rebalancing {
  /** A session is moved at most once in this time. */
  readonly minHoldMs: number;
  /** How long the fleet must have been the same: in a rolling restart nothing is moved for balance. */
  readonly settleMs: number;
  /** Most moves at one time; 0 turns it off. */
  readonly maxMoves: number;
}
