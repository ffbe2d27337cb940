import type { Changes } from '@holdfast/shared/contracts/sample/changes.ts';
import { describe, expect, it } from 'vitest';
import type { History, RecordedSample, TimedValues } from '../history.ts';
import { ticksAndChanges } from '../read-history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { publishedValues } from './published-values.ts';

const timeMs = (tick0 + 1) * periodMs;

/** Tick 1 in two parts and its end, under epoch 2. */
function recorded(parts: readonly Changes[] = [{ count: [[-900, 1]] }, { count: [[-500, 2]] }]) {
  const history = new RecordedHistory().started(0).assigned(10, 'c1').polled(1, 1, { epoch: 2 });
  const [end] = history.samples as [RecordedSample];
  const { values: _, ...sample } = end.sample;
  const changeSamples = parts.map((changes, index): RecordedSample => {
    const isEnd = index === parts.length - 1;
    const changeSample = { ...sample, v: 3, changes, ...(isEnd ? {} : { part: index + 1 }) };
    return { ...end, sequence: index + 1, sample: changeSample as RecordedSample['sample'] };
  });
  return { history, changeSamples };
}

function judge(
  rows: readonly Partial<TimedValues>[],
  changes: Partial<History> = {},
  { history, changeSamples } = recorded(),
) {
  const row = { session: '7-1', device: 'press', epoch: 2, copies: 1 };
  const database = {
    ...{ sessions: [], eventSequences: [], checkpoint: undefined, misses: [], values: [], coverage: [] },
    timedValues: rows.map((each) => ({ ...row, timeMs, values: undefined, ...each })),
  };
  const acknowledged = { floor: changeSamples.length, pending: 0 };
  return publishedValues(
    history.readAt(10_000, { database, acknowledged, ...ticksAndChanges(changeSamples), ...changes }),
  ).map(({ invariant, what }) => `${invariant} ${what}`);
}

const first = { timeMs: timeMs - 900, values: { count: 1 } };
const second = { timeMs: timeMs - 500, values: { count: 2 } };
const rightRows = [first, second];

describe('values that a subscribed device told', () => {
  it('hold when each is stored once, at its time', () => {
    expect(judge(rightRows)).toEqual([]);
  });

  it('fail when one is missing, another one, there twice, or told by nobody', () => {
    expect(judge([first])).toEqual([expect.stringMatching(/^I9 count of .* \(SAMPLES 2\) and is not in/)]);
    expect(judge([first, { ...second, values: { count: 3 } }])).toEqual([
      expect.stringMatching(/^I8 count of .* is 3 in the database, 2 was published$/),
    ]);
    expect(judge([first, { ...second, copies: 2 }])).toEqual([expect.stringContaining('2 times')]);
    expect(judge([...rightRows, { timeMs, values: { count: 9 } }])).toEqual([
      expect.stringContaining('never published'),
    ]);
  });

  it('need not be stored before the writer has acknowledged them, nor what lies in quarantine', () => {
    expect(judge([], { acknowledged: { floor: 0, pending: 2 } })).toEqual([]);
    const quarantined = [1, 2].map((sequence) => ({ sequence, tick: undefined, codes: ['count'] }));
    expect(judge([], { quarantined })).toEqual([]);
    expect(judge([], { quarantined: quarantined.slice(1) })).toHaveLength(1);
  });

  it('may come twice, and need not be stored as an earlier holder told them too late', () => {
    const again = recorded([{ count: [[-900, 1]] }, { count: [[-900, 1]] }]);
    expect(judge(rightRows.slice(0, 1), {}, again)).toEqual([]);
    const { history, changeSamples } = recorded([{ count: [[-900, 1]] }, { count: [[-500, 2]] }, {}]);
    const [early, late, end] = changeSamples as [RecordedSample, RecordedSample, RecordedSample];
    const asOf = (tick: number) => ({ ...early, sample: { ...early.sample, epoch: 5, tick } });
    const under = (tick: number) =>
      judge(rightRows.slice(0, 1), {}, { history, changeSamples: [asOf(tick), late, end] });
    expect(under(tick0 - 1)).toEqual([]);
    expect(under(tick0)).toEqual([expect.stringMatching(/^I9 count of .* \(SAMPLES 2\)/)]);
  });

  it('are no records of ticks, but the end of the tick is', () => {
    const { changeSamples } = recorded();
    const { samples } = ticksAndChanges(changeSamples);
    expect(samples).toMatchObject([{ sequence: 2, sample: { tick: tick0 + 1, changes: {} } }]);
  });
});
