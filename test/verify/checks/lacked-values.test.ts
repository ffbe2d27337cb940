import { expect, it } from 'vitest';
import type { DatabaseContent, LackingTicks, PollingConfig } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { lackedValues } from './lacked-values.ts';

const config: PollingConfig = {
  devices: [{ code: 'press', periodMs, eachTick: ['count', 'force'] }],
};
const lacks = (codes: readonly string[] | undefined): LackingTicks => ({
  ...{ session: '7-1', device: 'press', periodMs, codes },
  ranges: [{ from: tick0 + 3, to: tick0 + 5 }],
});

/** One tick is stored with the count alone. */
const judge = (
  lacking: readonly LackingTicks[] | undefined,
  { tick = 4, quarantined = [] as readonly string[], eachTick = config, values = { count: 1 } } = {},
) => {
  const row = { session: '7-1', device: 'press', periodMs, tick: tick0 + tick, epoch: 2, copies: 1, values };
  const database: DatabaseContent = {
    ...{ sessions: [], eventSequences: [], checkpoint: undefined, misses: [], coverage: [] },
    ...{ values: [row], lacking },
  };
  const history = new RecordedHistory().started(0).assigned(10, 'c1').polled(0, 9, { epoch: 2 });
  const away = [{ sequence: tick + 1, tick: undefined, codes: quarantined }];
  const configs = new Map([['7/1', eachTick]]);
  const moment = history.readAt(60_000, { database, configs, quarantined: away });
  return lackedValues(moment).map(({ invariant, what }) => `${invariant} ${what}`);
};

it('a stored tick has each value that it is not on record as lacking', () => {
  expect(judge([lacks(['force'])])).toEqual([]);
  expect(judge([])).toEqual([
    `I7 tick ${tick0 + 4} (SAMPLES 5): a value of force is neither in the database nor on record as lacking`,
  ]);
  expect(judge([lacks(['force'])], { tick: 6 })).toHaveLength(1);
});

it('a stored tick has no value that it is on record as lacking', () => {
  expect(judge([lacks(['count', 'force'])])).toEqual([
    expect.stringContaining('a value of count is on record as lacking, and is in the database'),
  ]);
});

it('is not judged where it is not known, was refused, or need not be sent', () => {
  expect(judge(undefined)).toEqual([]);
  expect(judge([lacks(undefined)])).toEqual([]);
  expect(judge([], { quarantined: ['force'] })).toEqual([]);
  expect(judge([], { eachTick: { devices: [{ code: 'press', periodMs, eachTick: ['count'] }] } })).toEqual(
    [],
  );
});
