import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';

/**
 * Looks in a row at which a message is missing before it counts as overdue. Most messages come within milliseconds of
 * their event.
 */
const looksInVain = 4;

/**
 * Sessions that the log has given to this collector, but for which no message has come. After a cluster had healed, a
 * consumer was seen to have a leader and yet to deliver nothing until it was recreated.
 */
export class AwaitedWork {
  readonly #collectorId: string;
  /** By task, the newest epoch that a message has brought. */
  readonly #brought = new Map<string, number>();
  readonly #awaited = new Map<string, { readonly epoch: number; looks: number; due: number }>();

  constructor(collectorId: string) {
    this.#collectorId = collectorId;
  }

  /**
   * Notes a new event of the log.
   * @returns the assignment whose message is on its way, where the event gives a session to this collector
   */
  note({ subject, sequence, message }: StoredEvent): Assignment | undefined {
    const { taskId, aspect } = parseSessionSubject(subject) ?? {};
    if (taskId === undefined || aspect === 'warning') return undefined;
    if (aspect === 'lifecycle' && !this.#awaited.has(taskId)) return undefined;
    const decoded = decodeSessionEvent(message);
    // A change of configuration does not end a placement; any other lifecycle event does.
    if (decoded.kind === 'lifecycle' && decoded.event.type === 'session.reconfigured') return undefined;
    this.#awaited.delete(taskId);
    const assignment =
      decoded.kind === 'placement' &&
      decoded.event.type === 'session.assigned' &&
      decoded.event.collectorId === this.#collectorId
        ? decoded.event
        : undefined;
    if ((this.#brought.get(taskId) ?? 0) >= sequence) return undefined;
    if (!assignment) {
      this.#brought.delete(taskId);
      return undefined;
    }
    this.#awaited.set(taskId, { epoch: sequence, looks: 0, due: looksInVain });
    const { sessionId, configVersion } = assignment;
    return { v: 1, session_id: sessionId, task_id: taskId, config_version: configVersion, epoch: sequence };
  }

  /** Notes that a message came. */
  brought(taskId: string, epoch: number): void {
    this.#brought.set(taskId, Math.max(epoch, this.#brought.get(taskId) ?? 0));
    if ((this.#awaited.get(taskId)?.epoch ?? 0) <= epoch) this.#awaited.delete(taskId);
  }

  /**
   * Looks once more.
   * @returns the tasks whose messages are overdue. Each is returned again only after twice as many looks, because there may be
   * no message, where the supervisor ended before it sent one
   */
  look(): string[] {
    const overdue: string[] = [];
    for (const [taskId, awaited] of this.#awaited) {
      awaited.looks += 1;
      if (awaited.looks < awaited.due) continue;
      awaited.due = 2 * awaited.looks;
      overdue.push(taskId);
    }
    return overdue;
  }
}
