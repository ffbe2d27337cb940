import { describe, expect, it } from 'vitest';
import type { Outage } from '../history.ts';
import { epochMs, RecordedHistory } from '../testing/recorded-history.ts';
import { firstPolls } from './first-polls.ts';

const down = (of: string, from: number, to: number): Outage => ({
  of,
  fromMs: epochMs + from,
  toMs: epochMs + to,
});
const judge = (history: RecordedHistory, atMs: number, ...outages: Outage[]) =>
  firstPolls(history.readAt(atMs, { outages }), { clockMs: 500, settleMs: 1_000 }).map(
    ({ invariant, what }) => `${invariant} ${what}`,
  );
const assigned = () => new RecordedHistory().started(0).assigned(0, 'c1');

describe('when an assigned session is polled first', () => {
  it('holds one period and two seconds later, be it by a miss', () => {
    expect(judge(assigned().polled(3, 20, { epoch: 2 }), 30_000)).toEqual([]);
    expect(judge(assigned().polled(3, 20, { epoch: 2, miss: 'timeout' }), 30_000)).toEqual([]);
  });

  it('fails later than that', () => {
    expect(judge(assigned().polled(4, 20, { epoch: 2 }), 30_000)).toEqual([
      'I4 assigned to c1 (2), but first polled 4000 ms later',
    ]);
  });

  it('counts of each epoch its own polls', () => {
    const history = assigned()
      .polled(0, 9, { epoch: 2 })
      .assigned(10_000, 'c2', 'failover')
      .polled(10, 30, { epoch: 2 })
      .polled(16, 30, { epoch: 3, collector: 'c2' });
    expect(judge(history, 40_000)).toEqual(['I4 assigned to c2 (3), but first polled 6000 ms later']);
  });

  it('begins anew when what was down is up again', () => {
    const late = assigned().polled(12, 30, { epoch: 2 });
    for (const of of ['broker', 'c1', 'press', 'supervisors']) {
      expect(judge(late, 40_000, down(of, 2_000, 9_000))).toEqual([]);
    }
    expect(judge(late, 40_000, down('broker', 2_000, 6_000), down('c1', 5_000, 9_000))).toEqual([]);
    expect(judge(late, 40_000, down('broker', 2_000, 5_000))).toEqual([
      'I4 assigned to c1 (2), but first polled 12000 ms later, of which nothing was down from 5000 ms on',
    ]);
  });

  it('excuses nothing by what has no part in it', () => {
    const late = assigned().polled(12, 30, { epoch: 2 });
    for (const of of ['c2', 'other']) expect(judge(late, 40_000, down(of, 0, 12_000))).toHaveLength(1);
  });

  it('fails when it is not polled at all, unless its time was too short', () => {
    expect(judge(assigned().assigned(3_000, 'c2', 'rebalance').polled(3, 30, { epoch: 3 }), 40_000)).toEqual(
      [],
    );
    expect(judge(assigned().stopped(3_000), 40_000)).toEqual([]);
    expect(judge(assigned().stopped(9_000), 40_000)).toEqual([
      'I4 assigned to c1 (2), and not polled in the 9000 ms that it was',
    ]);
    expect(judge(assigned(), 30_000)).toEqual([
      'I4 assigned to c1 (2), and not polled in the 29000 ms that it was',
    ]);
  });

  it('goes by what a lost first sample would have been', () => {
    const history = assigned().polled(9, 20, { epoch: 2 });
    const [first] = history.samples;
    if (first)
      history.samples[0] = { ...first, sample: { ...first.sample, since_tick: first.sample.tick - 8 } };
    expect(judge(history, 30_000)).toEqual([]);
  });

  it('is not judged where nobody kept a record of what was down', () => {
    expect(firstPolls(assigned().readAt(30_000), { clockMs: 0, settleMs: 0 })).toEqual([]);
  });
});
