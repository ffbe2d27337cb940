import { describe, expect, it } from 'vitest';
import { rfc3339Ms } from './rfc3339.ts';

describe('a time in RFC 3339', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2028-02-29T00:00:00.125+08:00', '2028-02-28T16:00:00.125Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
  ])('%s is one', (text, expected) => {
    expect(new Date(rfc3339Ms(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T12:00:00+08:00',
  ])('%s is none: the month has no such day', (text) => {
    expect(rfc3339Ms(text)).toBeUndefined();
  });

  it.each([
    '',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-13-01T00:00:00Z',
    '2026-00-00T00:00:00Z',
    '2026-01-31T25:00:00Z',
  ])('%j is none', (text) => {
    expect(rfc3339Ms(text)).toBeUndefined();
  });
});
