import { describe, expect, it } from 'vitest';
import { momentTyped, typedAs } from './typed-time.ts';

const shanghai = 'Asia/Shanghai';
const reference = new Date('2026-11-26T18:05:07Z');

describe('a time that is typed', () => {
  it.each([
    ['2026-11-27 22:57:20', '2026-11-27T14:57:20.000Z'],
    ['2026-11-27T22:57', '2026-11-27T14:57:00.000Z'],
    [' 2026/1/7 8:05 ', '2026-01-07T00:05:00.000Z'],
    ['2026年11月27日 22：57', '2026-11-27T14:57:00.000Z'],
    // A time alone belongs to the day that is shown there.
    ['22:57:20', '2026-11-27T14:57:20.000Z'],
  ])('%s is that moment by the clock of the zone', (text, moment) => {
    expect(momentTyped(text, shanghai, reference)?.toISOString()).toBe(moment);
  });

  it.each([
    '',
    '2',
    '2026-11-2',
    '2026-11-27',
    '2026-11-27 2',
    '2026-11-27 22:5',
    '2026-11-27 22:57:2',
    '2026-11-31 10:00',
    '2026-11-27 24:30',
    '10:61',
  ])('%j is none, or none yet', (text) => {
    expect(momentTyped(text, shanghai, reference)).toBeUndefined();
  });

  it('is of the day before where the clock alone would be of a moment to come', () => {
    const now = new Date('2026-11-26T18:06:00Z');
    const at = (text: string) => momentTyped(text, shanghai, reference, now)?.toISOString();
    expect(at('23:55')).toBe('2026-11-26T15:55:00.000Z');
    expect(at('02:06')).toBe('2026-11-26T18:06:00.000Z');
    // A typed day is taken as it is.
    expect(at('2026-11-27 23:55')).toBe('2026-11-27T15:55:00.000Z');
  });

  it.each([
    ['yesterday 23:55', '2026-11-26T15:55:00.000Z'],
    ['Yesterday at 23:55', '2026-11-26T15:55:00.000Z'],
    ['today 01:00', '2026-11-26T17:00:00.000Z'],
    ['昨天 23:55', '2026-11-26T15:55:00.000Z'],
    ['昨天23：55', '2026-11-26T15:55:00.000Z'],
    ['前天 08:00:01', '2026-11-25T00:00:01.000Z'],
    ['11-25 22:57', '2026-11-25T14:57:00.000Z'],
    ['11月25日 22:57', '2026-11-25T14:57:00.000Z'],
  ])('%s is counted from today, whatever day is shown', (text, moment) => {
    const now = new Date('2026-11-26T18:06:00Z');
    expect(momentTyped(text, shanghai, new Date('2026-11-01T00:00:00Z'), now)?.toISOString()).toBe(moment);
  });

  it.each([
    // The day before is not 24 hours ago where a day has 23 or 25.
    ['yesterday 12:00', '2026-03-29T22:30:00Z', '2026-03-29T10:00:00.000Z'],
    ['yesterday 12:00', '2026-10-25T22:30:00Z', '2026-10-24T10:00:00.000Z'],
    ['23:55', '2026-03-29T22:30:00Z', '2026-03-29T21:55:00.000Z'],
    // A day without a year that would lie in the future belongs to the year before.
    ['12-31 23:55', '2026-12-31T23:30:00Z', '2026-12-31T22:55:00.000Z'],
    ['2-29 08:00', '2029-01-10T10:00:00Z', '2028-02-29T07:00:00.000Z'],
  ])('%s at %s is %s, where the day before was longer, shorter or of another year', (text, now, moment) => {
    const at = new Date(now);
    expect(momentTyped(text, 'Europe/Berlin', at, at)?.toISOString()).toBe(moment);
  });

  it('is none on an unknown day', () => {
    expect(momentTyped('someday 23:55', shanghai, reference)).toBeUndefined();
  });

  it('is read as it is written', () => {
    expect(typedAs(shanghai, reference, true)).toBe('2026-11-27 02:05:07');
    expect(momentTyped(typedAs(shanghai, reference, true), shanghai, new Date())).toEqual(reference);
    expect(typedAs(shanghai, reference, false)).toBe('2026-11-27 02:05');
  });
});
