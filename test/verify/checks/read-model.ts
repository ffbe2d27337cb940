import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { foldTask, newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { DatabaseContent, History, RecordedEvent, SessionInDatabase, Violation } from '../history.ts';
import { type SessionHistory, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/**
 * I3: folding a task's whole log gives what its last events alone give, and the read model says the same of every session
 * at the sequence that it has come to. It says nothing of a session that was cleaned away, which must have been over for
 * good by the log.
 */
export function readModel(history: History, { settleMs }: Pick<Tolerances, 'settleMs'>): Violation[] {
  const violations: Violation[] = [];
  for (const [taskId, events] of eventsByTask(history.events)) {
    const whole = fold(taskId, events);
    const last = fold(taskId, [...new Map(events.map((event) => [event.subject, event])).values()]);
    if (JSON.stringify(whole) === JSON.stringify(last)) continue;
    const what = `the whole log folds to ${JSON.stringify(whole)}, its last events to ${JSON.stringify(last)}`;
    violations.push({ invariant: 'I3', subject: taskId, what });
  }
  if (!history.database) return violations;
  const faults = database(history, history.database, history.readAtMs - settleMs);
  return [
    ...violations,
    ...faults.map(
      ({ subject, what }): Violation => ({
        invariant: 'I3',
        subject,
        what: `read model: ${what}`,
      }),
    ),
  ];
}

function eventsByTask(events: readonly RecordedEvent[]): Map<string, RecordedEvent[]> {
  return Map.groupBy(events, ({ subject }) => parseSessionSubject(subject)?.taskId ?? subject);
}

function fold(taskId: string, events: readonly RecordedEvent[]): TaskState {
  return events.reduce((state, { subject, sequence, decoded }) => {
    const message =
      decoded.kind === 'unreadable' ? undefined : encodeSessionEvent(decoded.event, decoded.metadata);
    return foldTask(state, { subject, sequence, message });
  }, newTaskState(taskId));
}

function database(
  history: History,
  content: DatabaseContent,
  settledMs: number,
): Pick<Violation, 'subject' | 'what'>[] {
  const faults: Pick<Violation, 'subject' | 'what'>[] = [];
  const checkpoint = content.checkpoint ?? 0;
  const overdue = history.events.find(
    ({ sequence, storedAtMs }) => sequence > checkpoint && storedAtMs < settledMs,
  );
  if (overdue) {
    faults.push({ subject: 'log', what: `stands at sequence ${checkpoint} and lacks ${overdue.sequence}` });
  }
  const sequences = new Set(content.eventSequences);
  if (sequences.size !== content.eventSequences.length)
    faults.push({ subject: 'log', what: 'has an event twice' });
  const events = history.events.filter(({ sequence }) => sequence <= checkpoint);
  const cleaned = new Map(content.cleaned?.map((row) => [row.sessionId, row.lastSequence]));
  const sessions = sessionHistories({ events });
  const isGone = goneEvents(sessions, cleaned);
  for (const event of events) {
    const { sequence } = event;
    if (isGone(event)) {
      if (sequences.has(sequence))
        faults.push({ subject: 'log', what: `has ${sequence} back, which was cleaned` });
    } else if (!sequences.has(sequence)) {
      faults.push({ subject: 'log', what: `lacks the event at sequence ${sequence}` });
    }
  }
  const states = new Map([...eventsByTask(events)].map(([taskId, own]) => [taskId, fold(taskId, own)]));
  const rows = new Map(content.sessions.map((row) => [row.sessionId, row]));
  for (const session of sessions.values()) {
    const subject = session.sessionId;
    const row = rows.get(subject);
    if (cleaned.has(subject)) {
      if (row) faults.push({ subject, what: 'has the session back, which was cleaned away' });
      if (!isOver(session, sessions)) faults.push({ subject, what: 'was cleaned away and is not over' });
    } else if (!row) faults.push({ subject, what: 'does not know the session' });
    else {
      const different = differences(session, row, states.get(session.taskId));
      faults.push(...different.map((what) => ({ subject, what })));
    }
  }
  return faults;
}

/** The events that were removed with their sessions; one that cannot be read belongs to the session around it. */
function goneEvents(
  sessions: ReadonlyMap<string, SessionHistory>,
  cleaned: ReadonlyMap<string, number>,
): (event: RecordedEvent) => boolean {
  return ({ subject, sequence, decoded }) => {
    if (decoded.kind !== 'unreadable') return sequence <= (cleaned.get(decoded.event.sessionId) ?? 0);
    const taskId = parseSessionSubject(subject)?.taskId;
    return [...cleaned].some(([sessionId, last]) => {
      const session = sessions.get(sessionId);
      const first = session?.lifecycle[0]?.sequence ?? Number.POSITIVE_INFINITY;
      return session?.taskId === taskId && sequence > first && sequence <= last;
    });
  };
}

/** Stopped, or failed and followed by a later run: nothing can take it up again. */
function isOver(session: SessionHistory, sessions: ReadonlyMap<string, SessionHistory>): boolean {
  const last = session.lifecycle.at(-1);
  if (last?.event.type === 'session.stopped') return true;
  const isFollowed = [...sessions.values()].some(
    ({ taskId, lifecycle }) =>
      taskId === session.taskId && (lifecycle[0]?.sequence ?? 0) > (last?.sequence ?? 0),
  );
  return last?.event.type === 'session.failed' && isFollowed;
}

const statusAfter = {
  'session.started': 'running',
  'session.resumed': 'running',
  'session.paused': 'paused',
  'session.stopped': 'stopped',
  'session.failed': 'error',
} as const;

function statusOf(event: SessionEvent): string {
  return event.type === 'session.reconfigured' ? event.status : statusAfter[event.type];
}

function differences(
  session: SessionHistory,
  row: SessionInDatabase,
  state: TaskState | undefined,
): string[] {
  const faults: string[] = [];
  const last = session.lifecycle.at(-1);
  if (!last) return [];
  const status = statusOf(last.event);
  if (row.status !== status) faults.push(`says ${row.status}, the log ${status}`);
  if (row.configVersion !== last.event.configVersion) {
    faults.push(`says configuration ${row.configVersion}, the log ${last.event.configVersion}`);
  }
  const isCurrent =
    state && state.session.status === 'running' && state.session.session.sessionId === session.sessionId;
  const placement = isCurrent ? currentPlacement(state.session, state.placement) : undefined;
  const holder = `${row.collectorId ?? 'nobody'} with epoch ${row.epoch ?? 'none'}`;
  const logged = `${placement?.collectorId ?? 'nobody'} with epoch ${placement?.epoch ?? 'none'}`;
  if (holder !== logged) faults.push(`says that it is held by ${holder}, the log by ${logged}`);
  return faults;
}
