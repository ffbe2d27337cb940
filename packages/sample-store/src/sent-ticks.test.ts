import { attributeGaps } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { fromTicks, normalise, type TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SentTicks } from './sent-ticks.ts';
import { storableSample } from './testing/storable-sample.ts';

/** 24 ticks a day, so that stories go over days. */
const periodMs = 3_600_000;
const firstTick = 20_000 * 24;

const sample = (tick: number, sinceTick: number, device = 'press-1') =>
  storableSample({
    device,
    tick: firstTick + tick,
    since_tick: firstTick + sinceTick,
    period_ms: periodMs,
    time: (firstTick + tick) * periodMs,
  });

/** Adds the news to what was reported, as the book of ticks does. */
const asTold = (sent: SentTicks, tick: number, sinceTick: number) => {
  const news = sent.newsOf([sample(tick, sinceTick)]);
  news.recorded();
  return news.entries.map(({ from, to, outcome }) => [outcome, from - firstTick, to - firstTick]);
};

describe('what samples say of those before them', () => {
  it('is reported once for each sender and day', () => {
    const sent = new SentTicks();
    expect(asTold(sent, 5, 2)).toEqual([['sent', 2, 5]]);
    expect(asTold(sent, 6, 2)).toEqual([]);
    expect(asTold(sent, 23, 2)).toEqual([]);
    expect(asTold(sent, 25, 2)).toEqual([['sent', 2, 25]]);
    expect(asTold(sent, 49, 2)).toEqual([['sent', 24, 49]]);
    expect(asTold(sent, 50, 50)).toEqual([['sent', 50, 50]]);
  });

  it('is reported for each sender whose source had kept earlier values', () => {
    const sent = new SentTicks();
    const entries = sent.newsOf([{ ...sample(6, 4), source_kept: true }]).entries;
    expect(entries.map(({ from, to, outcome }) => [outcome, from - firstTick, to - firstTick])).toEqual([
      ['source_kept', 4, 4],
      ['sent', 4, 6],
    ]);
  });

  it('is reported again where its ticks have another length, and so other numbers', () => {
    const sent = new SentTicks();
    const report = (period_ms: number, tick: number) => {
      const news = sent.newsOf([storableSample({ tick, since_tick: 30_000_000, period_ms })]);
      news.recorded();
      return news.entries.map(({ periodMs: length, from, to }) => [length, from, to]);
    };
    expect(report(60_000, 30_000_010)).toEqual([[60_000, 30_000_000, 30_000_010]]);
    expect(report(60_001, 30_000_010)).toEqual([[60_001, 30_000_000, 30_000_010]]);
    expect(report(60_001, 30_000_011)).toEqual([]);
  });

  it('goes back over the days of which nothing came, a week at most when the writer is new', () => {
    const sent = new SentTicks();
    expect(asTold(sent, 20 * 24, 1)).toEqual([['sent', 13 * 24, 20 * 24]]);
    expect(asTold(sent, 25 * 24, 1)).toEqual([['sent', 20 * 24, 25 * 24]]);
  });

  it('is reported again when it did not get on record', () => {
    const sent = new SentTicks();
    sent.newsOf([sample(5, 2)]);
    expect(asTold(sent, 6, 2)).toEqual([['sent', 2, 6]]);
  });

  it('is nothing where a sample does not say it', () => {
    const { since_tick: _, ...old } = sample(5, 2);
    expect(new SentTicks().newsOf([old]).entries).toEqual([]);
  });
});

interface Life {
  readonly from: number;
  readonly to: number;
}

const days = 12;
const lives = fc
  .uniqueArray(fc.integer({ min: 0, max: days * 24 }), { minLength: 2, maxLength: 10 })
  .map((edges) => edges.sort((a, b) => a - b))
  .map((edges): Life[] =>
    edges.flatMap((from, index) => {
      const to = edges[index + 1];
      return index % 2 === 0 && to !== undefined ? [{ from, to }] : [];
    }),
  );
const dropped = fc
  .array(fc.tuple(fc.nat(days * 24), fc.nat(100)), { maxLength: 5 })
  .map((ranges) => normalise(ranges.map(([from, length]) => ({ from, to: from + length }))));
const isIn = (ranges: readonly TickRange[], tick: number) =>
  ranges.some(({ from, to }) => from <= tick && tick <= to);

describe('the gaps of a device that several processes read by turns while SAMPLES drops some of it', () => {
  it.each([1, 2])('name the loss where it was, and nothing else so, with %i writers', (writers) => {
    let losses = 0;
    let restarts = 0;
    fc.assert(
      fc.property(lives, dropped, fc.array(fc.nat(300), { maxLength: 3 }), (ran, lost, newWriters) => {
        const stores = Array.from({ length: writers }, () => new SentTicks());
        const storedTicks: number[] = [];
        const sent: TickRange[] = [];
        /** Ticks that were read, dropped, and followed by a sample of the same process. */
        const certain: number[] = [];
        for (const { from, to } of ran) {
          let open: number[] = [];
          for (let tick = from; tick < to; tick += 1) {
            if (newWriters.includes(tick)) stores[tick % writers] = new SentTicks();
            if (isIn(lost, tick)) {
              open.push(tick);
              continue;
            }
            // A new writer only reports the last week.
            if (storedTicks.length > 0 && open.length < 6 * 24) certain.push(...open);
            open = [];
            storedTicks.push(tick);
            const news = (stores[Math.floor(tick / 3) % writers] as SentTicks).newsOf([sample(tick, from)]);
            news.recorded();
            sent.push(...news.entries);
          }
        }
        const nowMs = (firstTick + days * 24 + 200) * periodMs;
        const begun = [{ fromMs: firstTick * periodMs, toMs: undefined }];
        const { gaps } = attributeGaps({
          scheduled: [{ from: firstTick, to: firstTick + days * 24 }],
          intervals: begun,
          placements: [{ timeMs: firstTick * periodMs, epoch: 1, reason: 'start' }],
          coverage: {
            stored: fromTicks(storedTicks.map((tick) => firstTick + tick)),
            quarantined: [],
            missed: new Map(),
            sent: normalise(sent),
            confirmed: [],
          },
          periodMs,
          nowMs,
          settledMs: nowMs,
        });
        const causeOf = (tick: number) =>
          gaps.find(({ from, to }) => from <= firstTick + tick && firstTick + tick <= to)?.cause;
        for (let tick = 0; tick <= days * 24; tick += 1) {
          const wasSent = ran.some(({ from, to }) => from <= tick && tick < to);
          if (causeOf(tick) === 'buffer_full') {
            losses += 1;
            expect(wasSent && isIn(lost, tick)).toBe(true);
          } else if (causeOf(tick) === 'restart' && !wasSent) restarts += 1;
        }
        for (const tick of certain) expect(causeOf(tick)).toBe('buffer_full');
      }),
      { numRuns: 1_000 },
    );
    expect(losses).toBeGreaterThan(1_000);
    expect(restarts).toBeGreaterThan(1_000);
  });
});
