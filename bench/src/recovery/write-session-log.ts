import { randomUUID } from 'node:crypto';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { headers } from '@nats-io/nats-core';
import { UsageError } from '../benchmark.ts';
import { SeededRandom } from '../seeded-random.ts';
import { PipelinedPublisher } from './pipelined-publisher.ts';
import { type HistoryEnd, shortestHistory, TaskHistory } from './task-history.ts';

const seed = 20_250_301;
const firstEventMs = Date.UTC(2025, 2, 1);

export interface WrittenSession {
  readonly taskId: string;
  readonly sessionId: string;
  readonly collectorId: string;
  readonly epoch: number;
}

export interface WrittenLog {
  readonly tasks: number;
  /** The sessions that run at the end. */
  readonly running: readonly WrittenSession[];
}

/** One further task for every four whose session runs: paused or stopped ones, which must be left alone. */
function plan(running: number): HistoryEnd[] {
  const others = Math.ceil(running / 4);
  return [
    ...Array.from({ length: running }, (): HistoryEnd => 'running'),
    ...Array.from({ length: others }, (_, index): HistoryEnd => (index % 4 === 0 ? 'paused' : 'stopped')),
  ];
}

/**
 * Fills an empty SESSIONS with exactly `events` events of many tasks, mixed with each other, as the API and
 * supervisors would have written them: same codec, same headers, same expectations.
 * @throws UsageError when so many sessions cannot come from so few events
 */
export async function writeSessionLog(
  nc: NatsConnection,
  options: { events: number; running: number; collectorIds: readonly string[] },
): Promise<WrittenLog> {
  const { events, running, collectorIds } = options;
  const ends = plan(running);
  const minimumEvents = ends.reduce((sum, end) => sum + shortestHistory(end), 0);
  if (events < minimumEvents) {
    throw new UsageError(`--sessions ${running} needs at least --events ${minimumEvents}`);
  }
  const random = new SeededRandom(seed);
  const spare = events - minimumEvents;
  const open = ends.map((end, index) => {
    // Spread evenly; what is left over goes to the first ones.
    const extra = Math.floor(spare / ends.length) + (index < spare % ends.length ? 1 : 0);
    const length = shortestHistory(end) + extra;
    const history = new TaskHistory({ taskId: String(index + 1), end, length, collectorIds, random });
    return { history, end, left: length, lifecycle: 0, placement: 0, sessionId: '' };
  });
  const all = [...open];
  const publisher = new PipelinedPublisher(nc);
  for (let sequence = 1; sequence <= events; sequence += 1) {
    const at = random.below(open.length);
    const task = open[at];
    const time = new Date(firstEventMs + sequence * 1_000).toISOString();
    const event = task?.history.next(time);
    if (!task || !event) throw new Error('the histories are shorter than planned');
    const isPlacement = event.type === 'session.assigned' || event.type === 'session.released';
    const { taskId } = task.history;
    const source = isPlacement ? '/holdfast/supervisor' : '/holdfast/api';
    const envelope = encodeSessionEvent(event, { id: randomUUID(), time, source });
    const header = headers();
    header.set('Nats-Msg-Id', envelope.id);
    header.set('Nats-Expected-Last-Subject-Sequence', String(isPlacement ? task.placement : task.lifecycle));
    const subject = isPlacement ? subjects.placement(taskId) : subjects.lifecycle(taskId);
    await publisher.publish(subject, JSON.stringify(envelope), header);
    if (isPlacement) task.placement = sequence;
    else task.lifecycle = sequence;
    task.sessionId = event.sessionId;
    task.left -= 1;
    if (task.left === 0) {
      const last = open.pop();
      if (last && last !== task) open[at] = last;
    }
  }
  await publisher.finish();
  return {
    tasks: all.length,
    running: all
      .filter(({ end }) => end === 'running')
      .map(({ history, sessionId, placement }) => ({
        taskId: history.taskId,
        sessionId,
        collectorId: history.lastCollectorId(),
        epoch: placement,
      })),
  };
}

/** Writes the assignments that a supervisor which is gone had made to collectors which are gone. */
export async function writeFormerAssignments(
  nc: NatsConnection,
  sessions: readonly WrittenSession[],
): Promise<void> {
  const publisher = new PipelinedPublisher(nc);
  for (const { taskId, sessionId, collectorId, epoch } of sessions) {
    const assignment = { v: 1, session_id: sessionId, task_id: taskId, config_version: 1, epoch };
    await publisher.publish(subjects.assignment(collectorId, taskId), JSON.stringify(assignment));
  }
  await publisher.finish();
}
