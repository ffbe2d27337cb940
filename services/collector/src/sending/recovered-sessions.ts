import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { OutgoingSample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Recoveries } from '../ports.ts';

/**
 * Logs for each recovered session that its first sample with values is with the broker: until then the recovery was
 * only attempted. People and scripts wait for this line.
 */
export class RecoveredSessions implements Recoveries {
  readonly #log: Logger;
  readonly #nowMs: () => number;
  /** By id: sessions that have no confirmed sample yet. */
  readonly #awaited = new Map<string, { readonly assignment: Assignment; readonly beganMs: number }>();

  constructor({ log, nowMs }: { log: Logger; nowMs: () => number }) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  begun(assignment: Assignment): void {
    this.#awaited.set(assignment.session_id, { assignment, beganMs: this.#nowMs() });
  }

  ended(sessionId: string): void {
    this.#awaited.delete(sessionId);
  }

  /** Call it when the broker has the sample. */
  confirmed({ session, task, epoch, device, tick, read_at, isRead, values, integers }: OutgoingSample): void {
    const awaited = this.#awaited.get(session);
    // A sample from the former process's spool has the same epoch, but was read earlier.
    if (!awaited || awaited.assignment.epoch !== epoch || read_at < awaited.beganMs) return;
    if (!isRead && !values && !integers) return;
    this.#awaited.delete(session);
    this.#log.info(
      { session, task, epoch, device, tick },
      `Successfully recovered session ${session}: its first sample is stored`,
    );
  }
}
