import { expect, it } from 'vitest';
import { PointList } from './point-list.ts';

const point = { data_type: 'int16', scale: 1, offset: 0, address: 0 } as const;

it('gives each value a place, those of an array one by one', () => {
  const list = new PointList([
    { ...point, code: 'a' },
    { ...point, code: 'b', count: 3 },
    { ...point, code: 'c' },
  ]);
  expect(list.codes).toEqual(['a', 'b[0]', 'b[1]', 'b[2]', 'c']);
  expect([0, 1, 2, 3].map((each) => list.firstOf(each))).toEqual([0, 1, 4, 5]);
  expect(list.codes.map((_, at) => list.pointOf(at))).toEqual([0, 1, 1, 1, 2]);
});

it('makes what is kept in it once', () => {
  const list = new PointList([{ ...point, code: 'a' }]);
  const map = list.once('map', () => ({}));
  expect(list.once('map', () => ({}))).toBe(map);
  expect(list.once('other', () => ({}))).not.toBe(map);
});
