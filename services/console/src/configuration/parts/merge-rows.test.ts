import { expect, it } from 'vitest';
import { differs, mergeRows } from './merge-rows.ts';

it('tells who has changed which field', () => {
  const base = { id: 1, scale: 1, unit: 'bar', name: 'a', offset: 0 };
  const theirs = { id: 1, scale: 2, unit: 'kPa', name: 'b', offset: 0 };
  expect(mergeRows(base, { scale: 3, name: 'b', offset: 5 }, theirs)).toEqual([
    { field: 'scale', by: 'both' },
    { field: 'name', by: 'theirs' },
    { field: 'offset', by: 'mine' },
    { field: 'unit', by: 'theirs' },
  ]);
});

it('takes objects for the same whatever the order of their fields, and an unset field for null', () => {
  expect(differs({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(false);
  expect(differs([1, 2], [2, 1])).toBe(true);
  expect(differs(undefined, null)).toBe(false);
});
