import type { OwnershipRow, OwnershipSpan } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { describe, expect, it } from 'vitest';
import { changesOf, holderAt } from './holder-at.ts';
import { joinOverlaps, laneParts } from './lane-parts.ts';
import { changesWithin, movesOf } from './moves.ts';

const begin = Date.parse('2026-11-26T00:00:00Z');
const at = (minute: number) => new Date(begin + minute * 60_000).toISOString();
const ms = (minute: number) => begin + minute * 60_000;
const time = { from: ms(0), to: ms(100), isLive: true };

const span = (
  collector_id: string,
  from: number,
  to: number | null,
  changes: Partial<OwnershipSpan> = {},
): OwnershipSpan => ({
  ...{ nth: 1, epoch: 7, collector_id, reason: 'failover', from: at(from) },
  ...{ to: to === null ? null : at(to), ended_by: null, missing_before: 0, read_twice: null },
  first_sample: at(from),
  last_sample: at((to ?? 100) - 1),
  ...changes,
});
const row = (spans: OwnershipSpan[], changes: Partial<OwnershipRow> = {}): OwnershipRow => ({
  ...{ session_id: '7-1', task_code: 'press', task_name: '', status: 'running', sites: [''] },
  ...{ is_latest: true, error_message: null, spans_left_out: 0 },
  periods: [{ from: null, period_ms: 60_000 }],
  life: [{ state: 'running', from: at(0), to: at(100) }],
  spans,
  ...changes,
});
const kindsOf = (lane: OwnershipRow) =>
  laneParts(lane, time).map(({ kind, from, to }) => [kind, (from - begin) / 60_000, (to - begin) / 60_000]);

describe('a lane', () => {
  it('is held from the first sample to the last, and hatched where the log says so and no sample does', () => {
    const lane = row([
      span('c1', 0, 40, { last_sample: at(29) }),
      span('c2', 40, null, { first_sample: at(45) }),
    ]);
    expect(kindsOf(lane)).toEqual([
      ['held', 0, 30],
      ['unseen', 30, 40],
      ['unseen', 40, 45],
      ['held', 45, 100],
    ]);
  });

  it('is hatched where its holder was unavailable and went on under the same epoch', () => {
    const absences = joinOverlaps([
      { from: ms(60), to: ms(62) },
      { from: ms(30), to: ms(31) },
      { from: ms(61), to: ms(63) },
    ]);
    const parts = laneParts(row([span('c1', 0, null)]), time, absences);
    expect(parts.map(({ kind, from, to }) => [kind, (from - begin) / 60_000, (to - begin) / 60_000])).toEqual(
      [
        ['held', 0, 100],
        ['unseen', 30, 31],
        ['unseen', 60, 63],
      ],
    );
  });

  it('has a hole where it had no holder, which has colour only while it goes on', () => {
    expect(kindsOf(row([span('c1', 10, 40), span('c2', 50, 90)]))).toEqual([
      ['unheld', 0, 10],
      ['unheld', 40, 50],
      ['nobody', 90, 100],
      ['held', 10, 40],
      ['held', 50, 90],
    ]);
    const failedRow = row([span('c1', 0, 40)], {
      status: 'error',
      life: [
        { state: 'running', from: at(0), to: at(40) },
        { state: 'over', from: at(40), to: at(100) },
      ],
    });
    expect(kindsOf(failedRow)).toEqual([
      ['failed', 40, 100],
      ['held', 0, 40],
    ]);
    // A later run has taken its place.
    expect(kindsOf({ ...failedRow, is_latest: false })).toEqual([['held', 0, 40]]);
  });

  it('waits for a sample as long as the period was then, before and after a change', () => {
    const spans = [
      // Minutes lay between two ticks, and now seconds do.
      span('c1', 0, 20, { first_sample: at(4), last_sample: at(15) }),
      span('c2', 20, 70, { first_sample: at(24), last_sample: at(68) }),
      span('c3', 70, null, { last_sample: at(100), read_twice: { ticks: 1, from: at(75), to: at(75) } }),
    ];
    const periods = [
      { from: null, period_ms: 300_000 },
      { from: at(40), period_ms: 1_000 },
    ];
    expect(kindsOf(row(spans, { periods }))).toEqual([
      ['held', 0, 20],
      ['held', 20, 68 + 1 / 60],
      ['unseen', 68 + 1 / 60, 70],
      ['held', 70, 100],
      ['twice', 75, 75 + 1 / 60],
    ]);
  });

  it('shows ticks that two have read above all else', () => {
    const lane = row([
      span('c1', 0, 50),
      span('c2', 50, null, { read_twice: { ticks: 3, from: at(51), to: at(53) } }),
    ]);
    expect(kindsOf(lane).at(-1)).toEqual(['twice', 51, 54]);
  });
});

describe('the holder at a moment', () => {
  const paused = row([span('c1', 0, 40), span('c2', 60, null, { nth: 2, first_sample: at(65) })], {
    life: [
      { state: 'running', from: at(0), to: at(40) },
      { state: 'paused', from: at(40), to: at(50) },
      { state: 'running', from: at(50), to: at(100) },
    ],
  });

  it.each([
    [20, { kind: 'held', isSeen: true, span: { collector_id: 'c1' } }],
    [45, { kind: 'paused' }],
    [55, { kind: 'nobody' }],
    [62, { kind: 'held', isSeen: false, span: { nth: 2 } }],
    [-5, { kind: 'before' }],
  ])('minute %i', (minute, expected) => {
    expect(holderAt(paused, ms(minute))).toMatchObject(expected);
  });

  it('changes where it was given or taken', () => {
    expect(changesOf(paused)).toEqual([ms(0), ms(40), ms(60)]);
  });
});

describe('what moved several at once', () => {
  const changeOf = (session_id: string, from: string, minute: number, reason = 'failover') =>
    row(
      [
        span(from, 0, minute, { missing_before: null }),
        span('c9', minute, null, { reason, missing_before: 11 }),
      ],
      {
        session_id,
      },
    );

  it('is one where the same collector lost them within seconds', () => {
    const rows = [
      changeOf('1-1', 'c1', 10),
      changeOf('2-1', 'c1', 10.1),
      changeOf('3-1', 'c1', 10.2),
      changeOf('4-1', 'c2', 10.1),
    ];
    const changes = changesWithin(rows);
    expect(changes).toHaveLength(4);
    expect(movesOf(changes)).toEqual([
      { at: ms(10), until: ms(10.2), reason: 'failover', collector: 'c1', sessions: 3, missing: 33 },
    ]);
  });

  it('is one of several collectors for a rebalance, and two where hours lie between', () => {
    const rebalances = [changeOf('1-1', 'c1', 10, 'rebalance'), changeOf('2-1', 'c2', 10.1, 'rebalance')];
    expect(movesOf(changesWithin(rebalances))).toMatchObject([{ collector: undefined, sessions: 2 }]);
    const apart = [
      changeOf('1-1', 'c1', 10),
      changeOf('2-1', 'c1', 11),
      changeOf('3-1', 'c1', 90),
      changeOf('4-1', 'c1', 90),
    ];
    expect(movesOf(changesWithin(apart))).toMatchObject([{ at: ms(90), sessions: 2 }]);
  });
});
