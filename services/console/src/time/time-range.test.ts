import { describe, expect, it } from 'vitest';
import { atEachLook } from './testing/at-each-look.ts';
import { rangeQuery, spanOf, timeRangeSearch } from './time-range.ts';
import { atWall, dateIn, midnight, wallOf } from './zone-clock.ts';

const now = new Date('2026-11-26T18:05:07Z');
const shanghai = 'Asia/Shanghai';

describe('the range of an address', () => {
  it('is relative, of days, or absolute', () => {
    for (const range of [
      { from: '-90m', to: undefined },
      { from: 'yesterday', to: 'today' },
      { from: '2026-11-25T00:00:00Z', to: '2026-11-26T00:00:00Z' },
    ]) {
      expect(timeRangeSearch(range)).toEqual(range);
    }
    expect(timeRangeSearch({ from: '-24h', to: 'now' })).toEqual({ from: '-24h', to: undefined });
  });

  it.each([
    [{ from: 'whenever' }],
    [{ from: '-0h' }],
    [{ from: 7 }],
    [{ from: '2026-99-01T00:00:00Z' }],
    [{ from: '-1h', to: '-2h' }],
    [{ from: '-1h', to: 'soon' }],
  ])('is the usual one for %j', (text) => {
    expect(timeRangeSearch(text)).toEqual({ from: undefined, to: undefined });
  });

  it('begins its days at midnight in the plant', () => {
    expect(spanOf({ from: 'yesterday', to: 'today' }, shanghai, now)).toEqual({
      from: new Date('2026-11-25T16:00:00Z'),
      to: new Date('2026-11-26T16:00:00Z'),
      isLive: false,
    });
    expect(spanOf({ from: '-24h' }, shanghai, now)).toEqual({
      from: new Date('2026-11-25T18:05:07Z'),
      to: now,
      isLive: true,
    });
  });

  it('goes to the API as it is, but for days', () => {
    expect(rangeQuery({ from: '-24h' }, shanghai)).toEqual({ from: '-24h' });
    expect(rangeQuery({ from: 'today' }, 'UTC').from).toMatch(/^\d{4}-\d\d-\d\dT00:00:00.000Z$/);
  });

  it('has one day of 24 hours, also where it is asked for at midnight', () => {
    const day = { from: 'yesterday', to: 'today' };
    const { from, to = '' } = atEachLook(Date.parse('2026-11-26T23:59:59.999Z'), () =>
      rangeQuery(day, 'UTC'),
    );
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  });
});

describe('a clock in a zone', () => {
  it('tells what it shows, and when it shows something', () => {
    expect(wallOf(shanghai, now)).toBe('2026-11-27T02:05:07');
    expect(atWall(shanghai, '2026-11-27T02:05:07')).toEqual(now);
  });

  it.each([
    ['Pacific/Kiritimati', '2026-11-27', '2026-11-26'],
    ['Pacific/Auckland', '2026-11-27', '2026-11-26'],
    ['UTC', '2026-11-26', '2026-11-25'],
    ['Pacific/Pago_Pago', '2026-11-26', '2026-11-25'],
  ])('has its own dates of today and yesterday: %s', (zone, today, yesterday) => {
    expect([dateIn(zone, now), dateIn(zone, now, 1)]).toEqual([today, yesterday]);
  });

  it('is right where clocks are changed', () => {
    const berlin = 'Europe/Berlin';
    expect(midnight(berlin, new Date('2026-10-25T12:00:00Z'))).toEqual(new Date('2026-10-24T22:00:00Z'));
    expect(midnight(berlin, new Date('2026-10-26T12:00:00Z'))).toEqual(new Date('2026-10-25T23:00:00Z'));
    expect(midnight(berlin, new Date('2026-03-29T12:00:00Z'))).toEqual(new Date('2026-03-28T23:00:00Z'));
    expect(midnight(berlin, new Date('2026-03-30T12:00:00Z'))).toEqual(new Date('2026-03-29T22:00:00Z'));
    expect(atWall(berlin, '2026-10-25T02:30:00')).toEqual(new Date('2026-10-25T00:30:00Z'));
    const cairo = 'Africa/Cairo';
    // This day has no midnight.
    expect(midnight(cairo, new Date('2026-04-24T12:00:00Z'))).toEqual(new Date('2026-04-23T22:00:00Z'));
    const chicago = 'America/Chicago';
    expect(atWall(chicago, '2026-03-08T04:30:00')).toEqual(new Date('2026-03-08T09:30:00Z'));
    expect(atWall(chicago, '2026-11-01T04:30:00')).toEqual(new Date('2026-11-01T10:30:00Z'));
    expect(midnight(chicago, new Date('2026-11-02T12:00:00Z'))).toEqual(new Date('2026-11-02T06:00:00Z'));
  });
});
