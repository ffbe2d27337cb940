import { describe, expect, it } from 'vitest';
import type { DatabaseContent } from '../history.ts';
import { epochMs, periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { confirmedTicks } from './confirmed-ticks.ts';

const database = (from: number, to: number): DatabaseContent => ({
  sessions: [],
  eventSequences: [],
  checkpoint: undefined,
  misses: [],
  values: [],
  coverage: [
    {
      session: '7-1',
      device: 'press',
      periodMs,
      outcome: 'confirmed',
      ranges: [{ from: tick0 + from, to: tick0 + to }],
    },
    {
      session: '7-1',
      device: 'press',
      periodMs,
      outcome: 'timeout',
      ranges: [{ from: tick0, to: tick0 + 99 }],
    },
  ],
});
const { samples } = new RecordedHistory().polled(10, 20, { epoch: 2 });

describe('what is on record as sent', () => {
  it('holds when SAMPLES has it', () => {
    expect(confirmedTicks({ database: database(10, 20), samples, sinceMs: 0 })).toEqual([]);
    expect(confirmedTicks({ database: undefined, samples, sinceMs: 0 })).toEqual([]);
  });

  it('holds for what was before the first that SAMPLES still has', () => {
    const sinceMs = epochMs + 10_000;
    expect(confirmedTicks({ database: database(2, 20), samples, sinceMs })).toEqual([]);
    expect(confirmedTicks({ database: database(2, 20), samples: [], sinceMs })).toEqual([]);
  });

  it('fails for a tick of which nothing was ever sent', () => {
    expect(confirmedTicks({ database: database(10, 21), samples, sinceMs: 0 })).toEqual([
      expect.objectContaining({ invariant: 'I7', what: expect.stringContaining(`ticks ${tick0 + 21}`) }),
    ]);
    expect(confirmedTicks({ database: database(9, 20), samples, sinceMs: 0 })).toHaveLength(1);
  });
});
