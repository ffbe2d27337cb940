import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { describe, expect, it } from 'vitest';
import { projectBatch, readEvent, sessionsOf } from './project-batch.ts';
import type { SessionRow } from './read-model-rows.ts';

const identity = {
  sessionId: '7-1',
  taskId: '7',
  taskCode: 'press',
  configVersion: 3,
  startedAt: '2026-01-01T08:00:00.000Z',
  by: 'api',
};
const started: SessionLogEvent = { type: 'session.started', ...identity, metadata: { shift: '早班' } };
const paused: SessionLogEvent = { type: 'session.paused', ...identity, reason: '' };
const resumed: SessionLogEvent = { type: 'session.resumed', ...identity, reason: 'resume' };
const recovered: SessionLogEvent = { type: 'session.resumed', ...identity, reason: 'recover' };
const stopped: SessionLogEvent = { type: 'session.stopped', ...identity, reason: 'done' };
const failed: SessionLogEvent = { type: 'session.failed', ...identity, reason: 'no snapshot' };
const placed = { sessionId: '7-1', taskId: '7', collectorId: 'collector-a', refusals: 0 };
const assigned: SessionLogEvent = {
  type: 'session.assigned',
  ...placed,
  configVersion: 1,
  reason: 'start',
};
const released = (reason: 'refused' | 'recovery_disabled'): SessionLogEvent => ({
  type: 'session.released',
  ...placed,
  epoch: 2,
  reason,
  detail: 'because',
});

/** The n-th event has sequence n and happens n minutes after eight. */
function storedEvent(event: SessionLogEvent, sequence: number): StoredEvent {
  const isPlacement = event.type === 'session.assigned' || event.type === 'session.released';
  const subject = isPlacement ? subjects.placement(event.taskId) : subjects.lifecycle(event.taskId);
  const envelope = encodeSessionEvent(event, { id: `e${sequence}`, time: at(sequence), source: '/test' });
  return { subject, sequence, message: JSON.parse(JSON.stringify(envelope)) };
}

function at(sequence: number): string {
  return `2026-01-01T08:0${sequence}:00.000Z`;
}

function rowAfter(...events: SessionLogEvent[]): SessionRow | undefined {
  const batch = events.map((event, index) => storedEvent(event, index + 1));
  return projectBatch(new Map(), batch.map(readEvent)).sessions.get('7-1');
}

const unplaced = { collector_id: null, epoch: null, placement_state: null, placement_since: null };
const waitingSince = (sequence: number) => ({
  collector_id: null,
  epoch: null,
  placement_state: 'waiting',
  placement_since: new Date(at(sequence)),
});
const placedBy = (sequence: number) => ({
  collector_id: 'collector-a',
  epoch: sequence,
  placement_state: 'placed',
  placement_since: new Date(at(sequence)),
});
const open = { stopped_at: null, error_message: null };

describe('the row of a session', () => {
  it.each<[string, SessionLogEvent[], object]>([
    ['runs and waits after its start', [started], { status: 'running', ...open, ...waitingSince(1) }],
    ['is placed by an assignment', [started, assigned], { status: 'running', ...placedBy(2) }],
    ['takes the epoch of the latest assignment', [started, assigned, assigned], placedBy(3)],
    ['waits when a collector refused it', [started, assigned, released('refused')], waitingSince(3)],
    [
      'awaits recovery when recovery is off',
      [started, assigned, released('recovery_disabled')],
      { ...waitingSince(3), placement_state: 'awaiting_recovery' },
    ],
    [
      'waits again when recovery was asked for',
      [started, assigned, released('recovery_disabled'), recovered],
      { status: 'running', ...waitingSince(4) },
    ],
    ['loses its placement by a pause', [started, assigned, paused], { status: 'paused', ...unplaced }],
    ['waits after a resume', [started, assigned, paused, resumed], { status: 'running', ...waitingSince(4) }],
    [
      'is placed again after a resume',
      [started, assigned, paused, resumed, assigned],
      { status: 'running', ...placedBy(5) },
    ],
    ['takes no placement while it is paused', [started, paused, assigned], { status: 'paused', ...unplaced }],
    [
      'is over with a stop',
      [started, assigned, stopped],
      { status: 'stopped', stopped_at: new Date(at(3)), error_message: null, ...unplaced },
    ],
    [
      'is not placed by an assignment that lost against a stop',
      [started, stopped, assigned],
      { status: 'stopped', stopped_at: new Date(at(2)), ...unplaced, last_sequence: 3 },
    ],
    [
      'shows why it failed',
      [started, failed],
      { status: 'error', error_message: 'no snapshot', stopped_at: new Date(at(2)), ...unplaced },
    ],
    ['keeps the metadata of its start', [started, paused, resumed], { metadata: { shift: '早班' } }],
    ['keeps the sequence of its first event', [started, paused], { first_sequence: 1, last_sequence: 2 }],
    ['is known from a later event when the first is missing', [paused], { status: 'paused', metadata: {} }],
  ])('%s', (_, events, expected) => {
    expect(rowAfter(...events)).toMatchObject(expected);
  });

  it('does not come into being by a placement alone', () => {
    expect(rowAfter(assigned)).toBeUndefined();
  });

  it('is the same whether its events come together or one by one', () => {
    const events = [started, assigned, paused, resumed, assigned, released('refused'), stopped].map(
      (event, index) => storedEvent(event, index + 1),
    );
    let rows = new Map<string, SessionRow>();
    for (const event of events) rows = new Map(projectBatch(rows, [readEvent(event)]).sessions);
    expect(rows).toEqual(projectBatch(new Map(), events.map(readEvent)).sessions);
  });
});

describe('events in the read model', () => {
  it('keep their place, time, source and data', () => {
    const { events } = projectBatch(new Map(), [readEvent(storedEvent(stopped, 4))]);
    expect(events).toEqual([
      {
        sequence: 4,
        session_id: '7-1',
        task_id: 7,
        type: 'session.stopped',
        time: new Date(at(4)),
        event_id: 'e4',
        source: '/test',
        data: {
          session_id: '7-1',
          task_id: '7',
          task_code: 'press',
          config_version: 3,
          started_at: identity.startedAt,
          by: 'api',
          reason: 'done',
        },
        problem: null,
      },
    ]);
  });

  it.each<[string, StoredEvent]>([
    ['that are no JSON', { subject: subjects.lifecycle('7'), sequence: 1, message: 'rubbish' }],
    ['that are null', { subject: subjects.lifecycle('7'), sequence: 1, message: null }],
    ['of a newer release', withData(storedEvent(stopped, 1), { schema_version: 99 })],
    ['of an unknown type', withType(storedEvent(stopped, 1), 'session.archived')],
    ['that lie on the other subject', { ...storedEvent(stopped, 1), subject: subjects.placement('7') }],
    ['that lie on another task', { ...storedEvent(stopped, 1), subject: subjects.lifecycle('8') }],
    ['of a session that is not the task’s', withData(storedEvent(stopped, 1), { session_id: '8-1' })],
    ['on a subject of nobody', { ...storedEvent(stopped, 1), subject: 'sessions.stray' }],
  ])('%s are kept as such and change no session', (_, event) => {
    const projected = projectBatch(new Map(), [readEvent(event)]);
    expect(projected.sessions.size).toBe(0);
    expect(projected.events).toEqual([
      expect.objectContaining({ sequence: 1, problem: expect.stringMatching(/./) }),
    ]);
    expect(sessionsOf([readEvent(event)])).toEqual([]);
  });

  it('that only move the log on after a restore are kept and are no problem', () => {
    const message = {
      ...(storedEvent(started, 1).message as object),
      type: 'log.restored',
      subject: 'restored',
    };
    const event: StoredEvent = { subject: subjects.restored, sequence: 1, message };
    const projected = projectBatch(new Map(), [readEvent(event)]);
    expect(projected.sessions.size).toBe(0);
    expect(projected.events).toEqual([
      expect.objectContaining({ sequence: 1, type: 'log.restored', session_id: null, problem: null }),
    ]);
  });

  it('with what PostgreSQL cannot store keep the rest', () => {
    const event = storedEvent(
      { ...started, metadata: { 'a\u0000': ['b\ud800', 1, null] } } as SessionLogEvent,
      1,
    );
    const { sessions, events } = projectBatch(new Map(), [readEvent(event)]);
    expect(sessions.get('7-1')?.metadata).toEqual({ 'a\uFFFD': ['b\uFFFD', 1, null] });
    expect(events[0]?.problem).toBeNull();
  });

  it('that nest without end do not end the projection', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    const event = withData(storedEvent(started, 1), { metadata: { deep } });
    const { events } = projectBatch(new Map(), [readEvent(event)]);
    expect(JSON.stringify(events)).toContain('nested too deeply');
  });
});

function withData(event: StoredEvent, data: object): StoredEvent {
  const message = event.message as { data: object };
  return { ...event, message: { ...message, data: { ...message.data, ...data } } };
}

function withType(event: StoredEvent, type: string): StoredEvent {
  return { ...event, message: { ...(event.message as object), type } };
}
