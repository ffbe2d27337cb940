import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { foldTask, newTaskState, type TaskState } from '@holdfast/shared/event-store/task-fold.ts';
import type { History, RecordedEvent, SessionInDatabase, Violation } from '../history.ts';
import { type SessionHistory, sessionHistories } from '../session-histories.ts';

/**
 * I3: folding a task's whole log gives what its last events alone give, and the read model at the same sequence
 * says the same of every session.
 */
export function readModel(history: History): Violation[] {
  const byTask = new Map<string, RecordedEvent[]>();
  for (const event of history.events) {
    const taskId = parseSessionSubject(event.subject)?.taskId;
    if (taskId !== undefined) byTask.set(taskId, [...(byTask.get(taskId) ?? []), event]);
  }
  const states = new Map<string, TaskState>();
  const violations: Violation[] = [];
  for (const [taskId, events] of byTask) {
    const whole = fold(taskId, events);
    const last = fold(taskId, [...new Map(events.map((event) => [event.subject, event])).values()]);
    states.set(taskId, whole);
    if (JSON.stringify(whole) !== JSON.stringify(last)) {
      violations.push({
        invariant: 'I3',
        subject: taskId,
        what: `the whole log folds to ${JSON.stringify(whole)}, its last events to ${JSON.stringify(last)}`,
      });
    }
  }
  return history.database ? [...violations, ...database(history, states)] : violations;
}

function fold(taskId: string, events: readonly RecordedEvent[]): TaskState {
  return events.reduce((state, { subject, sequence, decoded }) => {
    const message =
      decoded.kind === 'unreadable' ? undefined : encodeSessionEvent(decoded.event, decoded.metadata);
    return foldTask(state, { subject, sequence, message });
  }, newTaskState(taskId));
}

function database(history: History, states: ReadonlyMap<string, TaskState>): Violation[] {
  const violations: Violation[] = [];
  const report = (subject: string, what: string) => {
    violations.push({ invariant: 'I3', subject, what: `read model: ${what}` });
  };
  const content = history.database;
  if (!content) return [];
  const lastSequence = history.events.at(-1)?.sequence ?? 0;
  if ((content.checkpoint ?? 0) < lastSequence) {
    report('log', `stands at sequence ${content.checkpoint ?? 0}, the log ends at ${lastSequence}`);
    return violations;
  }
  const known = new Set(content.eventSequences);
  if (known.size !== content.eventSequences.length) report('log', 'holds an event twice');
  for (const { sequence } of history.events) {
    if (!known.has(sequence)) report('log', `lacks the event at sequence ${sequence}`);
  }
  const rows = new Map(content.sessions.map((row) => [row.sessionId, row]));
  for (const session of sessionHistories(history).values()) {
    const row = rows.get(session.sessionId);
    if (!row) {
      report(session.sessionId, 'does not know the session');
      continue;
    }
    for (const difference of differences(session, row, states.get(session.taskId))) {
      report(session.sessionId, difference);
    }
  }
  return violations;
}

const statusAfter = {
  'session.started': 'running',
  'session.resumed': 'running',
  'session.paused': 'paused',
  'session.stopped': 'stopped',
  'session.failed': 'error',
} as const;

function differences(
  session: SessionHistory,
  row: SessionInDatabase,
  state: TaskState | undefined,
): string[] {
  const found: string[] = [];
  const last = session.lifecycle.at(-1);
  if (!last) return [];
  const status = statusAfter[last.event.type];
  if (row.status !== status) found.push(`says ${row.status}, the log ${status}`);
  if (row.configVersion !== last.event.configVersion) {
    found.push(`says configuration ${row.configVersion}, the log ${last.event.configVersion}`);
  }
  const isCurrent =
    state && state.session.status === 'running' && state.session.session.sessionId === session.sessionId;
  const placement = isCurrent ? currentPlacement(state.session, state.placement) : undefined;
  const said = `${row.collectorId ?? 'nobody'} with epoch ${row.epoch ?? 'none'}`;
  const logged = `${placement?.collectorId ?? 'nobody'} with epoch ${placement?.epoch ?? 'none'}`;
  if (said !== logged) found.push(`says that it is held by ${said}, the log by ${logged}`);
  return found;
}
