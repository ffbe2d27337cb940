import { describe, expect, it } from 'vitest';
import type { DatabaseContent, ForgedMessage, History, TickInDatabase } from '../history.ts';
import { epochMs, periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { forgedNowhere } from './forged-nowhere.ts';

const polled = () => new RecordedHistory().started(0).assigned(10, 'c1').polled(0, 9, { epoch: 2 });
const sample = polled().samples[0]?.sample ?? expect.fail('there is no sample');
const forged = (changes: object, isOwnEpoch = false): ForgedMessage[] => [
  {
    ...{ sequence: 11, storedAtMs: epochMs + 20_000, subject: 'samples.evil.7.1' },
    ...{ sample: { ...sample, ...changes }, isOwnEpoch, inQuarantine: false },
  },
];
const row = (tick: number, epoch: number): TickInDatabase => ({
  ...{ session: '7-1', device: 'press', periodMs, tick: tick0 + tick, epoch, copies: 1 },
  values: { count: 1 },
});
const onRecord = (outcome: string, from: number, to: number) => [
  { session: '7-1', device: 'press', periodMs, outcome, ranges: [{ from: tick0 + from, to: tick0 + to }] },
];
const judge = (database: Partial<DatabaseContent>, changes: Partial<History> = {}) => {
  const nothing = { sessions: [], eventSequences: [], checkpoint: 0, values: [], misses: [], coverage: [] };
  return forgedNowhere(polled().readAt(30_000, { database: { ...nothing, ...database }, ...changes }));
};

describe('what no holder said', () => {
  it('may not be in the database, as a value or as a miss', () => {
    const lie = { forged: forged({ tick: tick0 + 12, epoch: 9 }) };
    expect(judge({ values: [row(3, 2)] }, lie)).toEqual([]);
    expect(judge({ values: [row(12, 9)] }, lie)).toMatchObject([{ invariant: 'I6' }]);
    expect(judge({ misses: [row(12, 9)] }, lie)).toMatchObject([{ invariant: 'I6' }]);
  });

  it('does not stand for what the holder said of the same tick', () => {
    expect(judge({ values: [row(3, 2)] }, { forged: forged({ tick: tick0 + 3 }) })).toEqual([]);
  });

  it('may not be on record, whatever it says', () => {
    expect(judge({ coverage: onRecord('stored', 0, 9) })).toEqual([]);
    for (const outcome of [
      'stored',
      'timeout',
      'buffer_full',
      'quarantined',
      'fenced',
      'sent',
      'source_kept',
    ])
      expect(judge({ coverage: onRecord(outcome, 9, 10) })).toMatchObject([{ invariant: 'I7' }]);
    // These ticks were read before the stream begins.
    expect(judge({ coverage: onRecord('stored', -5, -1) }, { sinceMs: epochMs })).toEqual([]);
  });

  it('may be on record as fenced where its sender once had the session, for ticks that have come', () => {
    const late = { forged: forged({ tick: tick0 + 12, through_tick: tick0 + 99 }, true) };
    expect(judge({ coverage: onRecord('fenced', 12, 20) }, late)).toEqual([]);
    expect(judge({ coverage: onRecord('fenced', 12, 21) }, late)).toHaveLength(1);
    expect(judge({ coverage: onRecord('timeout', 12, 12) }, late)).toHaveLength(1);
    const { events } = polled().assigned(15_000, 'c2');
    expect(judge({ coverage: onRecord('fenced', 12, 15) }, { ...late, events })).toEqual([]);
    expect(judge({ coverage: onRecord('fenced', 12, 16) }, { ...late, events })).toHaveLength(1);
  });
});
