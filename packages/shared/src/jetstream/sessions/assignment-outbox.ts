import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Assignment } from '../../contracts/assignment.ts';
import { parseAssignmentSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { traceHeaders } from '../connection/trace-headers.ts';

/** The supervisor's side of ASSIGNMENTS. */
export class AssignmentOutbox {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  readonly #answers: BrokerAnswers;

  private constructor(nc: NatsConnection, jsm: JetStreamManager) {
    this.#answers = BrokerAnswers.of(nc);
    this.#js = jetstream(nc);
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<AssignmentOutbox> {
    return new AssignmentOutbox(nc, await jetstreamManager(nc, { checkAPI: false }));
  }

  /**
   * Rings the collector's doorbell. The subject holds one message, so ringing twice is harmless; a message id would only
   * make a needed repeat vanish in the duplicate window.
   */
  async publish(collectorId: string, assignment: Assignment): Promise<void> {
    const { task_id, traceparent } = assignment;
    const subject = subjects.assignment(collectorId, task_id);
    const body = JSON.stringify(assignment);
    await answeredSoon(this.#answers, 'write', () =>
      this.#js.publish(subject, body, traceHeaders(traceparent)),
    );
  }

  /** Removes the message on the collector's subject for the task. */
  async remove(collectorId: string, taskId: string): Promise<void> {
    await this.#jsm.streams.purge(streamNames.assignments, {
      filter: subjects.assignment(collectorId, taskId),
    });
  }

  /** `<collectorId>.<taskId>` of every message that is there. */
  async list(): Promise<Set<string>> {
    const info = await leaderInfo(this.#jsm, streamNames.assignments, {
      subjects_filter: subjects.allAssignments,
    });
    const keys = new Set<string>();
    for (const subject of Object.keys(info.state.subjects ?? {})) {
      const parsed = parseAssignmentSubject(subject);
      if (parsed) keys.add(assignmentKey(parsed.collectorId, parsed.taskId));
    }
    return keys;
  }

  async has(collectorId: string, taskId: string): Promise<boolean> {
    const subject = subjects.assignment(collectorId, taskId);
    const info = await leaderInfo(this.#jsm, streamNames.assignments, { subjects_filter: subject });
    return Object.hasOwn(info.state.subjects ?? {}, subject);
  }
}

export function assignmentKey(collectorId: string, taskId: string): string {
  return `${collectorId}.${taskId}`;
}
