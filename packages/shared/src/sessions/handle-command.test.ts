import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { decodeSessionEvent } from '../contracts/session-events.ts';
import { subjects } from '../contracts/subjects.ts';
import type { SessionCommand } from '../domain/session/commands.ts';
import type { Recorded, SessionEvent } from '../domain/session/events.ts';
import { evolve, foldSession } from '../domain/session/evolve.ts';
import { parseSessionId } from '../domain/session/session-id.ts';
import { neverStarted } from '../domain/session/state.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { InMemoryEventStore } from '../event-store/in-memory-event-store.ts';
import {
  type CommandOutcome,
  handleCommand,
  type LoadedSession,
  LogUnreadable,
  loadSession,
  type SessionMemory,
} from './handle-command.ts';

const now = '2025-03-01T06:00:00.000Z';
const lifecycle = subjects.lifecycle('7');

const start: SessionCommand = {
  type: 'StartSession',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 1,
  metadata: {},
  by: 'li',
  now,
};

async function history(store: EventStore): Promise<Recorded<SessionEvent>[]> {
  const events: Recorded<SessionEvent>[] = [];
  for await (const { message, sequence } of store.read(lifecycle)) {
    const decoded = decodeSessionEvent(message);
    if (decoded.kind !== 'lifecycle') throw new Error('not a lifecycle event');
    events.push({ event: decoded.event, sequence, time: decoded.metadata.time });
  }
  return events;
}

describe('a command on the log', () => {
  it('answers with the state that its event leads to and the sequence of the event', async () => {
    const store = new InMemoryEventStore();
    const outcome = await handleCommand(store, '7', start, { commandId: 'c1', source: '/test', now });
    expect(outcome).toEqual({
      ok: true,
      changed: true,
      sequence: 1,
      state: {
        status: 'running',
        session: { sessionId: '7-1', taskId: '7', taskCode: 'press-hall', configVersion: 1, startedAt: now },
        runningSince: 1,
      },
      event: {
        ...{ type: 'session.started', sessionId: '7-1', taskId: '7', taskCode: 'press-hall' },
        ...{ configVersion: 1, startedAt: now, by: start.by, metadata: {} },
      },
    });
  });

  it('that has nothing to do answers with the last event and stores none', async () => {
    const store = new InMemoryEventStore();
    await handleCommand(store, '7', start, { commandId: 'c1', source: '/test', now });
    const resume: SessionCommand = { type: 'ResumeSession', sessionId: '7-1', by: 'li' };
    const outcome = await handleCommand(store, '7', resume, { commandId: 'c2', source: '/test', now });
    expect(outcome).toMatchObject({ ok: true, changed: false, sequence: 1 });
    expect(await history(store)).toHaveLength(1);
  });

  it('is not decided on an event that this release cannot read', async () => {
    const store = new InMemoryEventStore();
    const event = { specversion: '1.0' as const, id: 'x', source: '/', type: 'session.archived', time: now };
    await store.append(lifecycle, { ...event, subject: '7-1', data: { schema_version: 9 } }, 0);
    await expect(
      handleCommand(store, '7', start, { commandId: 'c1', source: '/test', now }),
    ).rejects.toBeInstanceOf(LogUnreadable);
  });

  it('that started at the same moment as another one loses with the id of the session that won', async () => {
    const store = new InMemoryEventStore();
    const outcomes = await Promise.all(
      ['c1', 'c2'].map((commandId) => handleCommand(store, '7', start, { commandId, source: '/test', now })),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(outcomes.find(({ ok }) => !ok)).toEqual({
      ok: false,
      refusal: { code: 'task_already_active', sessionId: '7-1', status: 'running' },
    });
  });
});

/** Answers late and in any order, so that other clients come in between; keeps all that the store promises. */
class SlowStore implements EventStore {
  readonly #store = new InMemoryEventStore();
  readonly #scheduler: fc.Scheduler;
  readonly #stale: () => boolean;
  readonly #heads: Awaited<ReturnType<EventStore['readLast']>>[] = [];
  constructor(scheduler: fc.Scheduler, stale: () => boolean) {
    this.#scheduler = scheduler;
    this.#stale = stale;
  }
  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    await this.#scheduler.schedule(Promise.resolve(), 'request');
    const outcome = this.#store.append(subject, event, expectedLast).then(
      (sequence) => ({ sequence }),
      (error: unknown) => ({ error }),
    );
    const settled = await outcome;
    await this.#scheduler.schedule(Promise.resolve(), 'answer');
    if ('error' in settled) throw settled.error;
    return settled.sequence;
  }
  async readLast(subject: string): ReturnType<EventStore['readLast']> {
    // A lagging node answers this read: the append must still find out.
    const head = this.#stale() ? this.#heads.at(-2) : await this.#store.readLast(subject);
    this.#heads.push(head);
    await this.#scheduler.schedule(Promise.resolve(), 'answer');
    return head;
  }
  read(subject: string): ReturnType<EventStore['read']> {
    return this.#store.read(subject);
  }
}

const anySessionId = fc.constantFrom('7-1', '7-1', '7-1', '7-2', '7-2', '7-3', '7-4');
const cause = fc.constantFrom('passing' as const, 'permanent' as const);
const on = <T extends SessionCommand['type'], R>(type: T, rest: { [K in keyof R]: fc.Arbitrary<R[K]> }) =>
  fc.record({ type: fc.constant(type), sessionId: anySessionId, by: fc.constant('li'), ...rest });
const reason = fc.constant('');
const anyCommand = fc.oneof(
  { weight: 3, arbitrary: fc.constant(start) },
  { weight: 2, arbitrary: on('StopSession', { reason }) },
  { weight: 2, arbitrary: on('PauseSession', { reason }) },
  { weight: 2, arbitrary: on('ResumeSession', {}) },
  { weight: 2, arbitrary: on('RecoverSession', { placed: fc.boolean(), now: fc.constant(now) }) },
  { weight: 2, arbitrary: on('FailSession', { reason, cause }) },
  { weight: 1, arbitrary: on('RestartSession', { attempt: fc.integer({ min: 1, max: 3 }) }) },
) as fc.Arbitrary<SessionCommand>;

/** The events that may follow each other within one session; a new one may follow only an ended one. */
const legalAfter: Record<string, readonly string[]> = {
  never_started: ['session.started'],
  running: ['session.paused', 'session.resumed', 'session.stopped', 'session.failed'],
  paused: ['session.resumed', 'session.stopped'],
  stopped: ['session.started'],
  // A failed session can be taken up again, or stopped so that it is not tried again.
  error: ['session.started', 'session.resumed', 'session.stopped'],
};

describe('any interleaving of the commands of several clients', () => {
  it('leaves one legal chain with one event for each command that changed something', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(anyCommand, { maxLength: 8, size: 'max' }), {
          minLength: 2,
          maxLength: 4,
          size: 'max',
        }),
        fc.infiniteStream(fc.nat(9)),
        async (scheduler, clients, dice) => {
          const store = new SlowStore(scheduler, () => dice.next().value === 0);
          // Two clients of one process, which remembers; the others know nothing of what it does.
          const memory: SessionMemory = new Map<string, LoadedSession>();
          const outcomes = new Map<string, CommandOutcome>();
          const work = Promise.all(
            clients.map(async (commands, client) => {
              for (const [index, command] of commands.entries()) {
                const commandId = `${client}/${index}`;
                outcomes.set(
                  commandId,
                  await handleCommand(
                    store,
                    '7',
                    command,
                    { commandId, source: '/test', now },
                    client < 2 ? memory : undefined,
                  ),
                );
              }
            }),
          );
          await scheduler.waitFor(work);

          const log = await history(store);
          let state = foldSession([]);
          let runs = 0;
          for (const recorded of log) {
            const { event } = recorded;
            expect(legalAfter[state.status]).toContain(event.type);
            if (event.type === 'session.started') {
              runs += 1;
              expect(parseSessionId(event.sessionId)).toEqual({ taskId: '7', run: runs });
            } else if (state.status !== 'never_started') {
              expect(event.sessionId).toBe(state.session.sessionId);
            }
            state = evolve(state, recorded);
          }
          const last = log.at(-1);
          expect(state).toEqual(last ? evolve(neverStarted, last) : neverStarted);

          const ids: string[] = [];
          for await (const { message, sequence } of store.read(lifecycle)) {
            const { id } = message as CloudEvent;
            ids.push(id);
            const outcome = outcomes.get(id);
            expect(outcome).toMatchObject({ ok: true, changed: true, sequence });
          }
          expect(new Set(ids).size).toBe(ids.length);
          const changed = [...outcomes.values()].filter((outcome) => outcome.ok && outcome.changed);
          expect(changed).toHaveLength(ids.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what is remembered of a task', () => {
  it('spares the question for its last event, and refuses nothing by itself', async () => {
    const store = new InMemoryEventStore();
    let reads = 0;
    const counting: EventStore = {
      append: (...event) => store.append(...event),
      read: (subject) => store.read(subject),
      readLast: (subject) => {
        reads += 1;
        return store.readLast(subject);
      },
    };
    const memory = new Map<string, LoadedSession>();
    const send = (commandId: string, command: SessionCommand, own?: SessionMemory) =>
      handleCommand(counting, '7', command, { commandId, source: '/test', now }, own);
    await send('c1', start, memory);
    expect(reads).toBe(1);
    await send('c2', { type: 'PauseSession', sessionId: '7-1', reason: '', by: 'li' }, memory);
    expect(reads).toBe(1);
    // Another process resumes it: the memory still says that it is paused.
    await send('c3', { type: 'ResumeSession', sessionId: '7-1', by: 'wang' });
    const again = await send('c4', { type: 'PauseSession', sessionId: '7-1', reason: '', by: 'li' }, memory);
    expect(again).toMatchObject({ ok: true, changed: true, state: { status: 'paused' } });
    // And stops it, and starts another: by the memory alone, a start would be refused.
    await send('c5', { type: 'StopSession', sessionId: '7-1', reason: '', by: 'wang' });
    expect(await send('c6', start, memory)).toMatchObject({ ok: true, changed: true });
    expect(await history(store)).toHaveLength(6);
  });
});

describe('loading a session', () => {
  it('that was never started gives the sequence that a first append expects', async () => {
    expect(await loadSession(new InMemoryEventStore(), '7')).toEqual({ state: neverStarted, sequence: 0 });
  });
});
