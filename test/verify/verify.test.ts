import { describe, expect, it } from 'vitest';
import { epochMs, invariantsOf, RecordedHistory, tick0 } from './testing/recorded-history.ts';
import { verify } from './verify.ts';

const hourMs = 3_600_000;
const sound = () =>
  new RecordedHistory()
    .started(0)
    .assigned(10, 'c1')
    .assigned(10_000, 'c2', 'failover')
    .polled(0, 9, { epoch: 2 })
    .polled(10, 59, { epoch: 3, collector: 'c2' });

describe('a verdict', () => {
  it('is favourable for a sound history, and counts what it rests on', () => {
    const verdict = verify(sound().readAt(60_000));
    expect(verdict.violations).toEqual([]);
    expect(verdict.tooLittle).toEqual([]);
    expect(verdict.counts).toMatchObject({ events: 3, sessions: 1, ticks: 45, handOvers: 1, samples: 60 });
  });

  it('is withheld when too little was seen', () => {
    const empty = verify(new RecordedHistory().readAt(0));
    expect(empty.violations).toEqual([]);
    expect(empty.tooLittle).toHaveLength(3);
    const { tooLittle } = verify(sound().readAt(60_000), { minimum: { handOvers: 2 } });
    expect(tooLittle).toEqual(['handOvers: 1 seen, at least 2 needed']);
  });

  it('leaves samples of a collector whose clock is plainly wrong out of the ticks, and counts them', () => {
    const history = sound();
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

  it('leaves out what is said to have been read before its epoch, but not what waited for the broker', () => {
    const late = sound().sampled(tick0 + 60, { epoch: 3, collector: 'c2', storedAtMs: epochMs + hourMs });
    expect(verify(late.readAt(60_000)).counts.wrongClock).toBe(0);
    const early = sound().sampled(tick0 - 3_600, { epoch: 2, storedAtMs: epochMs + 5_000 });
    const verdict = verify(early.readAt(60_000));
    expect(verdict.counts.wrongClock).toBe(1);
    expect(verdict.violations).toEqual([]);
  });

  it('names every invariant that a bad history violates', () => {
    const history = sound().stopped(20_000).stopped(21_000);
    history.polled(30, 30, { epoch: 2 });
    const { violations } = verify(history.readAt(60_000));
    expect(new Set(invariantsOf(violations))).toEqual(new Set(['I2', 'I5', 'I6', 'I8']));
  });
});
