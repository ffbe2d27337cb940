import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionCommand } from './commands.ts';
import { decide } from './decide.ts';
import type { SessionEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { parseSessionId } from './session-id.ts';
import { neverStarted, type SessionState } from './state.ts';
import {
  dueTimeLimit,
  isPastHardLimit,
  type MaxDuration,
  nextTimeLimitInMs,
  timeLimitReason,
} from './time-limits.ts';

const startMs = Date.parse('2025-03-01T06:00:00.000Z');
const at = (seconds: number) => new Date(startMs + seconds * 1_000).toISOString();

/** A small task log: commands at times, as the API and the supervisor give them. */
class TaskLog {
  state: SessionState = neverStarted;
  readonly events: { event: SessionEvent; seconds: number }[] = [];

  on(command: SessionCommand, seconds: number): this {
    const decision = decide(this.state, command);
    const event = decision.ok ? decision.event : undefined;
    if (event) {
      this.events.push({ event, seconds });
      this.state = evolve(this.state, { event, sequence: this.events.length, time: at(seconds) });
    }
    return this;
  }

  start(maxDuration: MaxDuration | undefined, seconds = 0): this {
    const now = at(seconds);
    return this.on(
      {
        type: 'StartSession',
        taskId: '7',
        taskCode: 'press-hall',
        configVersion: 1,
        metadata: {},
        by: 'li',
        now,
        ...(maxDuration ? { maxDuration } : {}),
      },
      seconds,
    );
  }

  get sessionId(): string {
    return this.state.status === 'never_started' ? '' : this.state.session.sessionId;
  }
}

const stop = (sessionId: string, reason = 'done'): SessionCommand => ({
  type: 'StopSession',
  sessionId,
  by: 'li',
  reason,
});
const pause = (sessionId: string): SessionCommand => ({
  type: 'PauseSession',
  sessionId,
  by: 'li',
  reason: '',
});
const resume = (sessionId: string): SessionCommand => ({ type: 'ResumeSession', sessionId, by: 'li' });
const recover = (sessionId: string, now: string): SessionCommand => ({
  type: 'RecoverSession',
  sessionId,
  by: 'li',
  placed: false,
  now,
});
const fail = (sessionId: string, cause: 'passing' | 'permanent'): SessionCommand => ({
  type: 'FailSession',
  sessionId,
  by: 'supervisor',
  reason: 'refused',
  cause,
});
const restart = (sessionId: string): SessionCommand => ({
  type: 'RestartSession',
  sessionId,
  by: 'supervisor',
  attempt: 1,
});
const due = (state: SessionState, seconds: number, isWarned = false) =>
  dueTimeLimit(state, isWarned, startMs + seconds * 1_000);

describe('the time limits of a session', () => {
  const both = { softSeconds: 60, hardSeconds: 90 };

  it('are counted from its start, the start of this run of the task', () => {
    expect(new TaskLog().start(both).state).toMatchObject({
      session: { softLimitAt: at(60), hardLimitAt: at(90) },
    });
    const second = new TaskLog().start(both).on(stop('7-1'), 10).start({ hardSeconds: 5 }, 100);
    expect(second.state).toMatchObject({ session: { sessionId: '7-2', hardLimitAt: at(105) } });
    expect(second.state).not.toHaveProperty('session.softLimitAt');
  });

  it('are none where its task sets none', () => {
    for (const none of [undefined, {}]) {
      const { state } = new TaskLog().start(none);
      expect(due(state, 1e9)).toBeUndefined();
      expect(nextTimeLimitInMs([{ session: state }], startMs)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('come at their moment and not before: first the soft one, once, then the hard one', () => {
    const { state } = new TaskLog().start(both);
    expect(due(state, 59.999)).toBeUndefined();
    expect(due(state, 60)).toBe('soft');
    expect(due(state, 89.999, true)).toBeUndefined();
    expect(due(state, 90, true)).toBe('hard');
  });

  it('of which the hard one has come need no warning any more', () => {
    expect(due(new TaskLog().start(both).state, 90)).toBe('hard');
  });

  it('go on through pauses, resumptions, failures that pass, and tries', () => {
    const log = new TaskLog().start(both);
    for (const command of [
      pause('7-1'),
      resume('7-1'),
      recover('7-1', at(1)),
      fail('7-1', 'passing'),
      restart('7-1'),
    ]) {
      log.on(command, 1);
      expect(log.state).toMatchObject({ session: { softLimitAt: at(60), hardLimitAt: at(90) } });
      expect(due(log.state, 61)).toBe('soft');
      expect(due(log.state, 91, true)).toBe('hard');
    }
    expect(log.events).toHaveLength(6);
  });

  it('end with it: there is no warning of what is over, and it is not stopped again', () => {
    const stopped = new TaskLog().start(both).on(stop('7-1'), 10);
    const failed = new TaskLog().start(both).on(fail('7-1', 'permanent'), 10);
    for (const { state } of [stopped, failed]) {
      expect(due(state, 61)).toBeUndefined();
      expect(due(state, 91)).toBeUndefined();
    }
  });

  it('keep a failed session from being taken up when the hard one has come, and say so', () => {
    const log = new TaskLog().start(both).on(fail('7-1', 'permanent'), 10);
    expect(decide(log.state, recover('7-1', at(89)))).toMatchObject({ ok: true });
    expect(decide(log.state, recover('7-1', at(90)))).toEqual({
      ok: false,
      refusal: { code: 'time_limit_reached', sessionId: '7-1', hardLimitAt: at(90) },
    });
  });

  it('tell how long to sleep until the next one of any task', () => {
    const tasks = [
      new TaskLog().start({ softSeconds: 60, hardSeconds: 90 }),
      new TaskLog().start({ hardSeconds: 70 }),
    ];
    const sessions = tasks.map(({ state }) => ({ session: state }));
    const inMs = (seconds: number) => nextTimeLimitInMs(sessions, startMs + seconds * 1_000);
    expect([inMs(0), inMs(60), inMs(69.5), inMs(70), inMs(90)]).toEqual([
      60_000,
      10_000,
      500,
      20_000,
      // A limit that has come is not waited for: a supervisor that could not act on it yet would never sleep.
      Number.POSITIVE_INFINITY,
    ]);
  });
});

const seconds = fc.integer({ min: 0, max: 100 });
const maxDuration = fc.record({ softSeconds: seconds, hardSeconds: seconds }, { requiredKeys: [] });
const kinds = [
  'start',
  'stop',
  'pause',
  'resume',
  'recover',
  'fail',
  'fail for good',
  'restart',
  'look',
] as const;
const step = fc.record({
  kind: fc.oneof(fc.constantFrom(...kinds), fc.constant('look' as const)),
  isStale: fc.boolean(),
  afterSeconds: fc.integer({ min: 0, max: 30 }),
  limits: maxDuration,
});

describe('whatever people and the supervisor do, and whenever it looks', () => {
  it('each session is warned of once at most and stopped once at most, at its limits, and never for another one', () => {
    let stops = 0;
    let warnings = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const log = new TaskLog().start(steps[0]?.limits);
        const warned: { sessionId: string; seconds: number }[] = [];
        /** The state as a supervisor saw it a while ago: it acts on that, and decide must set it right. */
        let lastSeen: { state: SessionState; seconds: number } | undefined;
        let now = 0;
        for (const { kind, afterSeconds, limits, isStale } of steps) {
          now += afterSeconds;
          const id = log.sessionId;
          if (kind === 'start') log.start(limits, now);
          else if (kind === 'stop') log.on(stop(id), now);
          else if (kind === 'pause') log.on(pause(id), now);
          else if (kind === 'resume') log.on(resume(id), now);
          else if (kind === 'recover') log.on(recover(id, at(now)), now);
          else if (kind === 'fail') log.on(fail(id, 'passing'), now);
          else if (kind === 'fail for good') log.on(fail(id, 'permanent'), now);
          else if (kind === 'restart') log.on(restart(id), now);
          else {
            const stale = isStale && lastSeen ? lastSeen : { state: log.state, seconds: now };
            const staleId = stale.state.status === 'never_started' ? '' : stale.state.session.sessionId;
            const isWarned = warned.some(({ sessionId }) => sessionId === staleId);
            const dueLimit = due(stale.state, stale.seconds, isWarned);
            if (dueLimit === 'soft') warned.push({ sessionId: staleId, seconds: now });
            if (dueLimit === 'hard') log.on(stop(staleId, timeLimitReason), now);
            lastSeen = { state: log.state, seconds: now };
          }
        }
        const started = new Map<string, SessionEvent & { seconds: number }>();
        const ended = new Set<string>();
        for (const { event, seconds: when } of log.events) {
          if (event.type === 'session.started') started.set(event.sessionId, { ...event, seconds: when });
          if (event.type !== 'session.stopped') continue;
          expect(ended.has(event.sessionId)).toBe(false);
          ended.add(event.sessionId);
          if (event.reason !== timeLimitReason) continue;
          stops += 1;
          expect(isPastHardLimit(event, startMs + when * 1_000)).toBe(true);
        }
        expect(new Set(warned.map(({ sessionId }) => sessionId)).size).toBe(warned.length);
        warnings += warned.length;
        for (const { sessionId, seconds: when } of warned) {
          const { softLimitAt } = started.get(sessionId) ?? {};
          expect(softLimitAt !== undefined && startMs + when * 1_000 >= Date.parse(softLimitAt)).toBe(true);
        }
        // Runs follow one another: a stop that came late has ended none of them before its time.
        const runs = [...started.keys()].map((id) => parseSessionId(id)?.run);
        expect(runs).toEqual(runs.map((_, index) => index + 1));
      }),
      { numRuns: 500 },
    );
    expect(stops).toBeGreaterThan(50);
    expect(warnings).toBeGreaterThan(50);
  });
});
