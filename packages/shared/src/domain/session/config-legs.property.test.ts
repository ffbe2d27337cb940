import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionCommand } from './commands.ts';
import { configLegs, legsOfRunning, versionAt } from './config-legs.ts';
import { decide } from './decide.ts';
import type { Recorded, SessionEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { neverStarted, type SessionState } from './state.ts';

const startMs = Date.parse('2025-03-01T06:00:00.000Z');
const isoOf = (ms: number) => new Date(ms).toISOString();

const step = fc.record({
  kind: fc.constantFrom(
    'reconfigure',
    'reconfigure',
    'reconfigure',
    'undo',
    'pause',
    'resume',
    'recover',
    'fail',
    'restart',
    'stop',
  ),
  version: fc.integer({ min: 1, max: 4 }),
  isStale: fc.boolean(),
  afterMs: fc.integer({ min: 0, max: 4_000 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function commandOf({ kind, version, isStale }: Step, state: SessionState, nowMs: number): SessionCommand {
  const now = isoOf(nowMs);
  const on = { sessionId: '7-1', by: 'li', reason: '' };
  const has = state.status === 'never_started' ? 0 : state.session.configVersion;
  switch (kind) {
    case 'reconfigure':
      return {
        ...{ type: 'ReconfigureSession', ...on, now, configVersion: version },
        fromVersion: isStale ? 9 : has,
        needs: { labels: {}, endpoints: [`v${version}`] },
        change: { added: 0, removed: 0, changed: 1, codes: ['press'] },
      };
    case 'undo':
      return { type: 'UndoReconfiguration', ...on, by: 'supervisor', configVersion: isStale ? 9 : has, now };
    case 'pause':
      return { type: 'PauseSession', ...on };
    case 'resume':
      return { type: 'ResumeSession', ...on };
    case 'recover':
      return { type: 'RecoverSession', ...on, placed: false, now };
    case 'fail':
      return { type: 'FailSession', ...on, cause: 'passing' };
    case 'restart':
      return { type: 'RestartSession', ...on, attempt: 1 };
    default:
      return { type: 'StopSession', ...on };
  }
}

interface Logged extends Recorded<SessionEvent> {
  readonly timeMs: number;
}

/** A task's log, as timed commands lead to it, and its state after each event. */
function logOf(steps: readonly Step[]): { log: Logged[]; states: SessionState[] } {
  const log: Logged[] = [];
  const states: SessionState[] = [];
  let state: SessionState = neverStarted;
  let nowMs = startMs;
  const give = (command: SessionCommand) => {
    const decision = decide(state, command);
    if (!decision.ok || !decision.event) return;
    const recorded = { event: decision.event, sequence: log.length + 1, time: isoOf(nowMs), timeMs: nowMs };
    log.push(recorded);
    state = evolve(state, recorded);
    states.push(state);
  };
  const start = { taskId: '7', taskCode: 'press-hall', configVersion: 1, metadata: {}, by: 'li' };
  give({ type: 'StartSession', ...start, needs: { labels: {}, endpoints: ['v1'] }, now: isoOf(nowMs) });
  for (const each of steps) {
    nowMs += each.afterMs;
    give(commandOf(each, state, nowMs));
  }
  return { log, states };
}

const steps = fc.array(step, { maxLength: 25 });

/** The same rule said once more, tick by tick: the last event of the log whose moment has come names the version. */
function bruteVersionAt(log: readonly Logged[], timeMs: number): number | undefined {
  const isFirst = (index: number) => index === 0;
  return log.findLast(({ event, timeMs: saidMs }, index) => {
    const fromMs = event.type === 'session.reconfigured' ? Date.parse(event.effectiveAt) : saidMs;
    return isFirst(index) || fromMs <= timeMs;
  })?.event.configVersion;
}

describe('the version in force', () => {
  it('is one at each time, the one that the last event names whose moment has come', () => {
    let changes = 0;
    fc.assert(
      fc.property(steps, (all) => {
        const { log } = logOf(all);
        const legs = configLegs(log);
        changes += legs.length - 1;
        for (let timeMs = startMs - 500; timeMs < startMs + 110_000; timeMs += 250) {
          expect(versionAt(legs, timeMs)).toBe(bruteVersionAt(log, timeMs));
        }
      }),
      { numRuns: thorough(500) },
    );
    expect(changes).toBeGreaterThan(thorough(50));
  });

  it('follows from the last event alone, a change that is not in force yet included', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { log, states } = logOf(all);
        for (const [index, state] of states.entries()) {
          // The event alone says what the fold says.
          expect(evolve(neverStarted, log[index] as Logged)).toEqual(state);
          if (state.status === 'never_started') throw new Error('it was started');
          const legs = configLegs(log.slice(0, index + 1));
          const fromMs = (log[index] as Logged).timeMs;
          for (let timeMs = fromMs; timeMs < fromMs + 6_000; timeMs += 250) {
            const own =
              state.status === 'running'
                ? versionAt(legsOfRunning(state), timeMs)
                : state.session.configVersion;
            expect(own).toBe(versionAt(legs, timeMs));
          }
        }
      }),
    );
  });

  it('never changes at a time that has passed, whatever comes later', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { log } = logOf(all);
        const last = log.at(-1) as Logged;
        const before = configLegs(log.slice(0, -1));
        const after = configLegs(log);
        if (log.length === 1) return;
        for (let timeMs = startMs; timeMs < last.timeMs; timeMs += 250) {
          expect(versionAt(after, timeMs)).toBe(versionAt(before, timeMs));
        }
      }),
    );
  });
});

describe('whatever is done to a session, a change of its configuration', () => {
  it('ends no running time: the placement that it has stays good', () => {
    let legCount = 0;
    fc.assert(
      fc.property(steps, (all) => {
        const { log, states } = logOf(all);
        for (const [index, { event }] of log.entries()) {
          if (event.type !== 'session.reconfigured') continue;
          legCount += 1;
          const [before, after] = [states[index - 1], states[index]];
          if (before?.status !== 'running') expect(after?.status).toBe('paused');
          else expect(after).toMatchObject({ status: 'running', runningSince: before.runningSince });
        }
      }),
      { numRuns: thorough(1_000) },
    );
    expect(legCount).toBeGreaterThan(100);
  });

  it('takes the needs of the configuration along, back and forth', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { event } of logOf(all).log) {
          expect(event.needs?.endpoints).toEqual([`v${event.configVersion}`]);
          if (event.type !== 'session.reconfigured') continue;
          expect(event.from.needs?.endpoints).toEqual([`v${event.from.configVersion}`]);
        }
      }),
    );
  });

  it('is in force two seconds later at the earliest, unless nothing is read, or nothing has changed yet', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { log } = logOf(all);
        for (const { event, timeMs } of log) {
          if (event.type !== 'session.reconfigured') continue;
          const aheadMs = Date.parse(event.effectiveAt) - timeMs;
          const isNothing = event.from.configVersion === event.configVersion;
          if (event.status === 'paused' || isNothing) expect(aheadMs).toBe(0);
          else {
            expect(aheadMs).toBeGreaterThanOrEqual(2_000);
            expect(aheadMs).toBeLessThan(3_000);
            expect(Date.parse(event.effectiveAt) % 1_000).toBe(0);
          }
        }
      }),
    );
  });
});
