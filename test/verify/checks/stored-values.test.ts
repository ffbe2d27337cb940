import { describe, expect, it } from 'vitest';
import type { History, TickInDatabase } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { storedValues } from './stored-values.ts';

const judge = (values: TickInDatabase['values'], changes: Partial<History> = {}) => {
  const history = new RecordedHistory().started(0).assigned(10, 'c1').polled(0, 3, { epoch: 2 });
  const row = { session: '7-1', device: 'press', periodMs, tick: tick0 + 1, epoch: 2, copies: 1, values };
  const database = {
    sessions: [],
    eventSequences: [],
    checkpoint: undefined,
    misses: [],
    values: [row],
    coverage: [],
  };
  return storedValues(history.readAt(10_000, { database, ...changes })).map(({ what }) => what);
};

describe('stored values', () => {
  it('hold when they are what was published', () => {
    expect(judge({ count: tick0 + 1 })).toEqual([]);
  });

  it('fail when a value is another, of another type, missing or added', () => {
    expect(judge({ count: tick0 })).toEqual([expect.stringContaining('was published (SAMPLES 2)')]);
    expect(judge({ count: String(tick0 + 1) })).toHaveLength(1);
    expect(judge({})).toHaveLength(1);
    expect(judge({ count: tick0 + 1, more: true })).toHaveLength(1);
  });

  it('hold without a value that lies in quarantine, and fail with a wrong one or without another', () => {
    const lyingThere = (codes: string[]) => ({ quarantined: [{ sequence: 2, tick: undefined, codes }] });
    expect(judge({}, lyingThere(['count']))).toEqual([]);
    expect(judge({ count: tick0 + 1 }, lyingThere(['count']))).toEqual([]);
    expect(judge({ count: tick0 }, lyingThere(['count']))).toHaveLength(1);
    expect(judge({}, lyingThere(['other']))).toHaveLength(1);
    expect(judge({}, { quarantined: [{ sequence: 3, tick: undefined, codes: ['count'] }] })).toHaveLength(1);
  });
});
