import { describe, expect, it } from 'vitest';
import { evenSpans, type Period, periodsOf, plantClock, shiftsWithin } from './plant-clock.ts';

const hourMs = 3_600_000;
const berlin = plantClock('Europe/Berlin');
const time = (from: string, to: string): Period => ({ fromMs: Date.parse(from), toMs: Date.parse(to) });
const inWords = (periods: readonly Period[]) =>
  periods.map(({ fromMs, toMs }) => [new Date(fromMs).toISOString(), (toMs - fromMs) / hourMs]);

describe('days by the clock of a plant', () => {
  it('begin at its midnights, and have 23 or 25 hours where it is put forward or back', () => {
    const days = { intervalMs: 24 * hourMs };
    expect(
      inWords(periodsOf(berlin, { ...time('2026-03-28T12:00:00Z', '2026-03-30T01:00:00Z'), ...days })),
    ).toEqual([
      ['2026-03-27T23:00:00.000Z', 24],
      ['2026-03-28T23:00:00.000Z', 23],
      ['2026-03-29T22:00:00.000Z', 24],
    ]);
    expect(
      inWords(periodsOf(berlin, { ...time('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'), ...days })),
    ).toEqual([['2026-10-24T22:00:00.000Z', 25]]);
  });

  it('begin with the leap where there is no midnight, and at the last one where it is put back to the day before', () => {
    const beirut = plantClock('Asia/Beirut');
    const march = beirut.dayOf(Date.parse('2026-03-29T10:00:00Z'));
    expect(new Date(beirut.at(march)).toISOString()).toBe('2026-03-28T22:00:00.000Z');
    const santiago = plantClock('America/Santiago');
    const april = santiago.dayOf(Date.parse('2026-04-05T12:00:00Z'));
    expect(new Date(santiago.at(april)).toISOString()).toBe('2026-04-05T04:00:00.000Z');
    expect((santiago.at(april) - santiago.at(april - 1)) / hourMs).toBe(25);
  });

  it('have as many hours as they are long, also where the clock is ahead by parts of an hour', () => {
    const hours = (zone: string, day: string) => {
      const clock = plantClock(zone);
      const number = Date.parse(day) / (24 * hourMs);
      return periodsOf(clock, {
        fromMs: clock.at(number),
        toMs: clock.at(number + 1),
        intervalMs: hourMs,
      });
    };
    expect(hours('Europe/Berlin', '2026-03-29')).toHaveLength(23);
    expect(hours('Europe/Berlin', '2026-10-25')).toHaveLength(25);
    expect(inWords(hours('Asia/Kathmandu', '2026-10-25')).slice(0, 2)).toEqual([
      ['2026-10-24T18:15:00.000Z', 1],
      ['2026-10-24T19:15:00.000Z', 1],
    ]);
    // Put forward and back by half an hour: the last one of a day is cut short.
    expect(inWords(hours('Australia/Lord_Howe', '2026-10-04')).at(-1)?.[1]).toBe(0.5);
  });

  it('are put together to weeks that begin on Mondays', () => {
    const weeks = periodsOf(plantClock('+08:00'), {
      ...time('2026-11-25T00:00:00Z', '2026-11-30T00:00:00Z'),
      intervalMs: 7 * 24 * hourMs,
    });
    expect(inWords(weeks)).toEqual([
      ['2026-11-22T16:00:00.000Z', 168],
      ['2026-11-29T16:00:00.000Z', 168],
    ]);
  });
});

describe('spans of equal periods', () => {
  const zones = [
    ...['Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Beirut', 'Africa/Casablanca'],
    ...['Asia/Kathmandu', 'UTC', '-03:30'],
  ];
  const year = time('2025-12-31T10:11:12Z', '2027-01-02T03:04:05Z');

  it.each(zones)('are few, and have the same periods one by one: %s', (zone) => {
    const clock = plantClock(zone);
    for (const hours of [1, 6, 24, 48, 7 * 24]) {
      const question = { ...year, intervalMs: hours * hourMs };
      const spans = evenSpans(clock, question);
      const each = spans.flatMap(({ fromMs, toMs, intervalMs }) =>
        Array.from({ length: (toMs - fromMs) / intervalMs }, (_, index) => ({
          fromMs: fromMs + index * intervalMs,
          toMs: fromMs + (index + 1) * intervalMs,
        })),
      );
      const within = each.filter(({ fromMs, toMs }) => toMs > year.fromMs && fromMs < year.toMs);
      // As text: thousands of objects take long to compare.
      expect(JSON.stringify(within)).toBe(JSON.stringify(periodsOf(clock, question)));
      expect(spans.length).toBeLessThan(13);
    }
  });

  it('begin since 1970 for a length that does not divide a day', () => {
    expect(evenSpans(berlin, { ...year, intervalMs: 7 * hourMs })).toHaveLength(1);
  });

  it('reach as far as a caller asks', () => {
    const spans = evenSpans(berlin, { fromMs: 0, toMs: Date.UTC(9999, 0, 1), intervalMs: 24 * hourMs });
    expect(spans.length).toBeLessThan(1_000);
    expect(spans.at(-1)?.toMs).toBeGreaterThanOrEqual(Date.UTC(9999, 0, 1));
  });
});

it('shifts end when the next one begins, over midnight and when the clock is put forward', () => {
  const shifts = [
    { name: 'late', start: '14:00' },
    { name: 'night', start: '22:00' },
    { name: 'early', start: '06:00' },
  ];
  const shiftPeriods = shiftsWithin(berlin, shifts, time('2026-03-28T20:30:00Z', '2026-03-29T05:00:00Z'));
  expect(shiftPeriods.map(({ name }) => name)).toEqual(['late', 'night', 'early']);
  expect(inWords(shiftPeriods)).toEqual([
    ['2026-03-28T13:00:00.000Z', 8],
    ['2026-03-28T21:00:00.000Z', 7],
    ['2026-03-29T04:00:00.000Z', 8],
  ]);
  expect(shiftsWithin(berlin, [], time('2026-03-28T20:30:00Z', '2026-03-29T05:00:00Z'))).toEqual([]);
});
