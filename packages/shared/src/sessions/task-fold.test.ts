import { describe, expect, it } from 'vitest';
import { encodeSessionEvent, type SessionLogEvent } from '../contracts/session-events.ts';
import { subjects } from '../contracts/subjects.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { InMemoryEventStore } from '../event-store/in-memory-event-store.ts';
import { loadTask } from './load-task.ts';
import { foldTask, isReadable, newTaskState, type TaskState } from './task-fold.ts';

const session = {
  sessionId: '7-1',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 1,
  startedAt: '2025-03-01T06:00:00.000Z',
};
const time = '2025-03-01T06:00:00.000Z';
const message = (event: SessionLogEvent): unknown =>
  encodeSessionEvent(event, { id: 'x', time, source: '/test' });

const lifecycle = subjects.lifecycle('7');
const placement = subjects.placement('7');
const started = message({ type: 'session.started', ...session, by: 'li', metadata: {} });
const stopped = message({ type: 'session.stopped', ...session, by: 'li', reason: '' });
const assigned = message({
  type: 'session.assigned',
  sessionId: '7-1',
  taskId: '7',
  collectorId: 'A',
  configVersion: 1,
  reason: 'start',
  refusals: 0,
});
const ofNewerRelease = { ...(started as object), data: { schema_version: 99, session_id: '7-1' } };

function fold(...events: [subject: string, message: unknown][]): TaskState {
  return events.reduce(
    (state, [subject, content], index) => foldTask(state, { subject, sequence: index + 1, message: content }),
    newTaskState('7'),
  );
}

describe('the fold of a task', () => {
  it('keeps what each subject said last, and where', () => {
    expect(fold([lifecycle, started], [placement, assigned], [lifecycle, stopped])).toEqual({
      taskId: '7',
      session: { status: 'stopped', session, stoppedAt: time, by: 'li', reason: '' },
      placement: {
        situation: 'assigned',
        configVersion: 1,
        sessionId: '7-1',
        collectorId: 'A',
        epoch: 2,
        reason: 'start',
        refusals: 0,
      },
      lastLifecycle: 3,
      lastPlacement: 2,
      lastWarning: 0,
      warned: undefined,
      traces: {},
      unreadable: {},
    });
  });

  it.each([
    { what: 'an event of a newer release', content: ofNewerRelease },
    { what: 'damaged JSON, which stays text', content: '{"specversion":"1.0","id"' },
    { what: 'nothing', content: null },
    { what: 'an event of the other subject', content: assigned },
  ])('goes on past $what and marks the task', ({ content }) => {
    const state = fold([lifecycle, started], [placement, assigned], [lifecycle, content]);
    expect(isReadable(state)).toBe(false);
    expect(state.unreadable.lifecycle).toMatch(/./);
    expect(state.unreadable.placement).toBeUndefined();
    // The next append must expect the event that could not be read.
    expect(state.lastLifecycle).toBe(3);
    expect(state.session.status).toBe('running');
  });

  it('reads the task again with the next event of the same subject, not of the other', () => {
    const damaged: [string, unknown] = [lifecycle, 'damaged'];
    const both = fold([lifecycle, started], damaged, [placement, 'damaged']);
    expect(Object.keys(both.unreadable).sort()).toEqual(['lifecycle', 'placement']);
    const placed = fold([lifecycle, started], damaged, [placement, 'damaged'], [placement, assigned]);
    expect(Object.keys(placed.unreadable)).toEqual(['lifecycle']);
    const sound = fold([lifecycle, started], damaged, [placement, assigned], [lifecycle, stopped]);
    expect(isReadable(sound)).toBe(true);
    expect(sound.session.status).toBe('stopped');
  });

  it('knows which session was warned of last, and lets a warning that cannot be read mark nothing but itself', () => {
    const warning = subjects.warning('7');
    const warned = message({
      type: 'session.warned',
      sessionId: '7-1',
      taskId: '7',
      by: 'supervisor',
      reason: 'time limit',
      softLimitAt: time,
    });
    const state = fold([lifecycle, started], [warning, warned], [lifecycle, stopped]);
    expect(state).toMatchObject({ warned: { sessionId: '7-1', at: time }, lastWarning: 2, lastLifecycle: 3 });
    const damaged = fold([lifecycle, started], [warning, 'damaged']);
    expect(isReadable(damaged)).toBe(true);
    expect(damaged.unreadable.warning).toMatch(/./);
    expect(damaged).toMatchObject({ warned: undefined, lastWarning: 2 });
    // Nothing but a warning belongs there.
    expect(fold([warning, stopped]).session).toEqual({ status: 'never_started' });
  });

  it('takes no notice of a subject that is not of a task', () => {
    expect(fold(['sessions.fleet.lifecycle', started], ['sessions.task.7.notes', started])).toEqual(
      newTaskState('7'),
    );
  });
});

describe('loading a task', () => {
  it('from the last events alone gives what the whole log gives', async () => {
    const store = new InMemoryEventStore();
    const events: [string, unknown][] = [
      [lifecycle, started],
      [placement, assigned],
      [lifecycle, stopped],
    ];
    const last = new Map<string, number>();
    for (const [index, [subject, content]] of events.entries()) {
      const event = { ...(content as Parameters<EventStore['append']>[1]), id: `e${index}` };
      last.set(subject, await store.append(subject, event, last.get(subject) ?? 0));
    }
    expect(await loadTask(store, '7')).toEqual(fold(...events));
    expect(await loadTask(store, '8')).toEqual(newTaskState('8'));
  });

  it('never pairs a placement with a lifecycle older than it', async () => {
    // The log changes between the two reads: the session is stopped, started again and placed.
    const log: StoredEvent[] = [
      { subject: lifecycle, sequence: 1, message: started },
      { subject: placement, sequence: 2, message: assigned },
      { subject: lifecycle, sequence: 3, message: stopped },
      { subject: lifecycle, sequence: 4, message: started },
      { subject: placement, sequence: 5, message: assigned },
    ];
    for (const between of [1, 2, 3, 4, 5]) {
      let reads = 0;
      const store: EventStore = {
        append: () => Promise.reject(new Error('not asked for')),
        read: () => {
          throw new Error('not asked for');
        },
        readLast: async (subject) => {
          reads += 1;
          const visible = reads === 1 ? log.slice(0, between) : log;
          return visible.findLast((event) => event.subject === subject);
        },
      };
      const task = await loadTask(store, '7');
      const newestBefore = log.findLast(
        ({ subject, sequence }) => subject === lifecycle && sequence < task.lastPlacement,
      );
      expect(task.lastLifecycle).toBeGreaterThanOrEqual(newestBefore?.sequence ?? 0);
    }
  });
});
