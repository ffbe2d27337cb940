import { describe, expect, it } from 'vitest';
import { ReadingRates } from './reading-rates.ts';

const beginMs = Date.parse('2026-01-01T08:00:00Z');

/** Follows a holder that reports every 5 s. */
function follow(words: readonly { points: number; epoch?: number; state?: 'polling' | 'released' }[]) {
  let nowMs = 0;
  const rates = new ReadingRates(() => nowMs);
  for (const [index, { points, epoch = 1, state = 'polling' }] of words.entries()) {
    nowMs = index * 5_000;
    const updated_at = new Date(beginMs + nowMs).toISOString();
    rates.note('7', { session: '7-1', epoch, instance: 'a', state, updated_at, points_read: points });
  }
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { rates, wait };
}

describe('the rate at which a session is read', () => {
  it('is what was counted over the last minute', () => {
    const words = Array.from({ length: 40 }, (_, index) => ({ points: index < 20 ? 0 : (index - 20) * 50 }));
    expect(follow(words).rates.perSecond('7')).toBe(10);
    expect(follow(words.slice(0, 21)).rates.perSecond('7')).toBe(0);
  });

  it('is not known before two words, after a change of the holder, or without one', () => {
    expect(follow([{ points: 100 }]).rates.perSecond('7')).toBeUndefined();
    expect(follow([{ points: 100 }, { points: 5, epoch: 2 }]).rates.perSecond('7')).toBeUndefined();
    expect(follow([{ points: 0 }, { points: 50 }]).rates.perSecond('8')).toBeUndefined();
  });

  it('ends with a holder that lets go, or falls silent', () => {
    const released = follow([{ points: 0 }, { points: 50 }, { points: 50, state: 'released' }]);
    expect(released.rates.perSecond('7')).toBeUndefined();
    const silent = follow([{ points: 0 }, { points: 50 }]);
    silent.wait(30_000);
    expect(silent.rates.perSecond('7')).toBe(10);
    silent.wait(1);
    expect(silent.rates.perSecond('7')).toBeUndefined();
  });
});
