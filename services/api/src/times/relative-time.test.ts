import { inLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { type FieldError, Problem } from '../problems/problem.ts';
import { parseTime, timeOf } from './relative-time.ts';

const now = new Date('2026-01-02T00:00:00Z');

describe('a time in a query', () => {
  it.each([
    ['now', '2026-01-02T00:00:00.000Z'],
    ['-90s', '2026-01-01T23:58:30.000Z'],
    ['-30m', '2026-01-01T23:30:00.000Z'],
    ['-1h', '2026-01-01T23:00:00.000Z'],
    ['-1d', '2026-01-01T00:00:00.000Z'],
    ['-1w', '2025-12-26T00:00:00.000Z'],
    ['2026-01-01T08:00:00Z', '2026-01-01T08:00:00.000Z'],
    ['2026-01-01T08:00:00.125+08:00', '2026-01-01T00:00:00.125Z'],
    // An unescaped + arrives as a blank.
    ['2026-01-01T08:00:00 08:00', '2026-01-01T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    // "From the beginning", as programs write it whose times start with the year 1, or with 0.
    ['0001-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['-999999w', '1970-01-01T00:00:00.000Z'],
  ])('%s is understood', (text, expected) => {
    expect(parseTime(text, now)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '1h',
    '-1y',
    '-h',
    '-999999999w',
    '2026-01-01',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '0',
    '1767225600',
  ])('%j is none', (text) => {
    expect(parseTime(text, now)).toBeUndefined();
  });

  it('is asked for with an example that is one: what strftime writes without a colon in its zone is none', () => {
    const refusal = (() => {
      try {
        return timeOf('from', '2026-01-01T08:00:00+0800', now);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(Problem);
    const [{ path, message }] = (refusal as Problem).members.errors as [FieldError];
    expect(path).toBe('from');
    expect(parseTime(/\S+$/.exec(inLanguage(message, 'en'))?.[0] ?? '', now)).toBeInstanceOf(Date);
  });
});
