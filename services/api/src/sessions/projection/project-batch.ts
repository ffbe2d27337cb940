import { dataOfEvent, decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { parseTraceParent } from '@holdfast/shared/contracts/trace-parent.ts';
import { parseSessionId } from '@holdfast/shared/domain/session/session-id.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { CleanedSessions } from './cleaned-sessions.ts';
import { projectEvent } from './project-event.ts';
import type { SessionEventRow, SessionRow } from './read-model-rows.ts';
import { storableJson, storableText } from './storable-json.ts';

export interface ProjectedBatch {
  /** Rows that are new or different, by session id. */
  readonly sessions: ReadonlyMap<string, SessionRow>;
  readonly events: readonly SessionEventRow[];
}

/**
 * Computes the rows of a batch's sessions after its events, from the rows before. What was cleaned up stays away, however
 * often the log is read.
 */
export function projectBatch(
  before: { get(sessionId: string): SessionRow | undefined },
  batch: readonly ReadEvent[],
  cleaned: CleanedSessions = new Map(),
): ProjectedBatch {
  const sessions = new Map<string, SessionRow>();
  const events: SessionEventRow[] = [];
  for (const read of batch) {
    const { sequence, session_id } = read.row;
    if (sequence <= (cleaned.get(session_id ?? '') ?? 0)) continue;
    events.push(read.row);
    if (read.kind === 'unreadable') continue;
    const { sessionId } = read.decoded.event;
    const row = projectEvent(sessions.get(sessionId) ?? before.get(sessionId), read.decoded, sequence);
    if (row) sessions.set(sessionId, row);
  }
  return { sessions, events };
}

/** Ids of the sessions that a batch may change. */
export function sessionsOf(batch: readonly ReadEvent[]): string[] {
  return [
    ...new Set(batch.flatMap((read) => (read.kind === 'readable' ? read.decoded.event.sessionId : []))),
  ];
}

/** Ids of the sessions that a batch names, also in events that cannot be read. */
export function sessionsNamedIn(batch: readonly ReadEvent[]): string[] {
  return [...new Set(batch.flatMap(({ row }) => row.session_id ?? []))];
}

type Decoded = Exclude<ReturnType<typeof decodeSessionEvent>, { kind: 'unreadable' }>;
/** An event as it is shown, and its content if it can be read. */
export type ReadEvent =
  | { readonly kind: 'readable'; readonly decoded: Decoded; readonly row: SessionEventRow }
  /** Changes no session: the event cannot be read, or belongs to none. */
  | { readonly kind: 'unreadable'; readonly row: SessionEventRow };

export function readEvent({ subject, sequence, message }: StoredEvent): ReadEvent {
  if (subject === subjects.restored) {
    const row = { ...unreadableRow({ subject, sequence, message }, ''), session_id: null, problem: null };
    return { kind: 'unreadable', row };
  }
  const decoded = storableJson(decodeSessionEvent(message)) as ReturnType<typeof decodeSessionEvent>;
  const place = parseSessionSubject(subject);
  const problem = decoded.kind === 'unreadable' ? decoded.problem : problemOf(decoded, place);
  if (decoded.kind === 'unreadable' || problem !== undefined) {
    return { kind: 'unreadable', row: unreadableRow({ subject, sequence, message }, problem ?? '') };
  }
  const { type } = decoded.event;
  const { actor, traceparent } = decoded.metadata;
  const trace_id = parseTraceParent(traceparent)?.traceId;
  return {
    kind: 'readable',
    decoded,
    row: {
      sequence,
      session_id: decoded.event.sessionId,
      task_id: Number(decoded.event.taskId),
      type,
      time: new Date(decoded.metadata.time),
      event_id: decoded.metadata.id,
      source: decoded.metadata.source,
      data: { ...dataOfEvent(decoded.event), ...(actor && { actor }), ...(trace_id && { trace_id }) },
      problem: null,
    },
  };
}

/**
 * The problem of a well-formed event that is on the wrong subject: both the session's id and the subject name the
 * task.
 */
function problemOf(decoded: Decoded, place: ReturnType<typeof parseSessionSubject>): string | undefined {
  const { sessionId, taskId, type } = decoded.event;
  if (place?.aspect !== decoded.kind) return `${type} does not belong on this subject`;
  if (parseSessionId(sessionId)?.taskId !== taskId || place.taskId !== taskId) {
    return `session ${sessionId} does not belong to task ${taskId}`;
  }
  return undefined;
}

/** The row of an unreadable event, with as much of it as can be shown. */
export function unreadableRow({ subject, sequence, message }: StoredEvent, problem: string): SessionEventRow {
  const envelope = (typeof message === 'object' && message !== null ? message : {}) as Record<
    string,
    unknown
  >;
  // Texts are cut, because an index refuses long ones, which no one would read.
  const text = (value: unknown) => (typeof value === 'string' ? storableText(value).slice(0, 200) : null);
  const time = new Date(String(envelope.time));
  const taskId = parseSessionSubject(subject)?.taskId ?? '';
  return {
    sequence,
    session_id: text(envelope.subject),
    task_id: /^[1-9][0-9]{0,14}$/.test(taskId) ? Number(taskId) : null,
    type: text(envelope.type) ?? 'unreadable',
    time: Number.isNaN(time.getTime()) ? null : time,
    event_id: text(envelope.id),
    source: text(envelope.source),
    data: storableJson('data' in envelope ? envelope.data : message),
    problem: storableText(problem),
  };
}
