import { describe, expect, it } from 'vitest';
import type { DatabaseContent } from './history.ts';
import { epochMs, invariantsOf, periodMs, RecordedHistory, tick0 } from './testing/recorded-history.ts';
import { verify } from './verify.ts';

const hourMs = 3_600_000;
const soundHistory = () =>
  new RecordedHistory()
    .started(0)
    .assigned(10, 'c1')
    .assigned(10_000, 'c2', 'failover')
    .polled(0, 9, { epoch: 2 })
    .polled(10, 59, { epoch: 3, collector: 'c2' });

describe('a verdict', () => {
  it('is favourable for a sound history, and counts what it rests on', () => {
    const verdict = verify(soundHistory().readAt(60_000));
    expect(verdict.violations).toEqual([]);
    expect(verdict.tooLittle).toEqual([]);
    expect(verdict.counts).toMatchObject({ events: 3, sessions: 1, ticks: 45, handOvers: 1, samples: 60 });
  });

  it('is withheld when too little was seen', () => {
    const empty = verify(new RecordedHistory().readAt(0));
    expect(empty.violations).toEqual([]);
    expect(empty.tooLittle).toHaveLength(3);
    const { tooLittle } = verify(soundHistory().readAt(60_000), { minimum: { handOvers: 2 } });
    expect(tooLittle).toEqual(['handOvers: 1 seen, at least 2 needed']);
  });

  it('leaves samples of a collector whose clock is plainly wrong out of the ticks, and counts them', () => {
    const history = soundHistory();
    for (let second = 5; second < 8; second += 1) {
      history.sampled(tick0 + 3_600 + second, {
        epoch: 2,
        storedAtMs: epochMs + second * 1_000,
        readAtMs: epochMs + hourMs + second * 1_000,
      });
    }
    const verdict = verify(history.readAt(60_000));
    expect(verdict.counts.wrongClock).toBe(3);
    expect(verdict.violations).toEqual([]);
  });

  it('leaves such samples of subscribed devices out as well, where it judges by which version they were read', () => {
    const changed = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .reconfigured(8_000, 10_000, 2)
      .polled(0, 9, { epoch: 2 })
      .polled(10, 59, { epoch: 2, version: 2 });
    const changeHistory = new RecordedHistory();
    // By a clock that is an hour ahead, right before the change was reported.
    changeHistory.sampled(tick0 + 3_600 + 7, { epoch: 2, storedAtMs: epochMs + 7_020 });
    const device = { code: 'press', periodMs };
    const configs = new Map([
      ['7/1', { devices: [{ ...device, reading: 'as it was' }] }],
      ['7/2', { devices: [{ ...device, reading: 'changed' }] }],
    ]);
    expect(
      verify(changed.readAt(60_000, { configs, changeSamples: changeHistory.samples })).violations,
    ).toEqual([]);
  });

  /** Six minutes ahead from the tenth second on, with what the database has of it. */
  const turnedAhead = () => {
    const history = new RecordedHistory().started(0).assigned(10, 'c1');
    history.polled(0, 9, { epoch: 2, sinceTick: tick0 });
    for (let second = 11; second < 15; second += 1) {
      const storedAtMs = epochMs + second * 1_000;
      const ahead = { epoch: 2, sinceTick: tick0 + 371, readAtMs: storedAtMs + 360_000, storedAtMs };
      history.sampled(tick0 + 360 + second, ahead);
    }
    return history;
  };
  const inDatabase = ({ samples }: RecordedHistory): DatabaseContent => ({
    ...{ sessions: [], eventSequences: [], checkpoint: undefined, misses: [], coverage: [] },
    values: samples.map(({ sample: { session, device, tick, epoch, values } }) => ({
      ...{ session, device, periodMs, tick, epoch, copies: 1, values },
    })),
  });
  const gapsOf = (history: RecordedHistory, atMs: number) => {
    const { violations, ticks } = verify(history.readAt(atMs, { database: inDatabase(history) }));
    return { unexplained: violations.filter(({ what }) => what.endsWith('explains it')), gaps: ticks.gaps };
  };

  it('has a cause for each tick of a session that was stopped while the clock of its collector was ahead', () => {
    expect(gapsOf(turnedAhead().stopped(16_500), 60_000)).toEqual({
      unexplained: [],
      gaps: { holder_lost: 4, session_end: 3 },
    });
  });

  it('has a cause for the last tick of one that had gone on by the right clock before', () => {
    const history = turnedAhead()
      .polled(20, 29, { epoch: 2, sinceTick: tick0 + 20 })
      .stopped(30_500);
    expect(gapsOf(history, 60_000)).toEqual({ unexplained: [], gaps: { restart: 10, session_end: 1 } });
  });

  it('has none for ticks that nobody has read while the session goes on, whatever lies an hour ahead', () => {
    const { unexplained } = gapsOf(turnedAhead(), 60_000);
    expect(unexplained).toHaveLength(1);
  });

  it('does not take for lost on their way those before a tick that was read by a clock ahead', () => {
    const history = turnedAhead()
      .polled(20, 99, { epoch: 2, sinceTick: tick0 + 20 })
      .polled(375, 419, { epoch: 2, sinceTick: tick0 + 375 });
    expect(gapsOf(history, 420_000)).toEqual({ unexplained: [], gaps: { restart: 10 + 271 } });
  });

  it('leaves out what is said to have been read before its epoch, but not what waited for the broker', () => {
    const late = soundHistory().sampled(tick0 + 60, {
      epoch: 3,
      collector: 'c2',
      storedAtMs: epochMs + hourMs,
    });
    expect(verify(late.readAt(60_000)).counts.wrongClock).toBe(0);
    const early = soundHistory().sampled(tick0 - 3_600, { epoch: 2, storedAtMs: epochMs + 5_000 });
    const verdict = verify(early.readAt(60_000));
    expect(verdict.counts.wrongClock).toBe(1);
    expect(verdict.violations).toEqual([]);
  });

  it('names every invariant that a bad history violates', () => {
    const history = soundHistory().stopped(20_000).stopped(21_000);
    history.polled(30, 30, { epoch: 2 });
    const { violations } = verify(history.readAt(60_000));
    expect(new Set(invariantsOf(violations))).toEqual(new Set(['I2', 'I5', 'I6', 'I8']));
  });
});
