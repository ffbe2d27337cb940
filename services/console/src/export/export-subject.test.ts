import { expect, it } from 'vitest';
import { chosenAtFirst, nameOf, placesOf } from './export-subject.ts';

const pointsOf = (device: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ device, point_code: `p${index}`, name: '', unit: '' }));
const all = [...pointsOf('press-1', 300), ...pointsOf('press-2', 3), ...pointsOf('oven', 1)];

it('whole devices are named by their codes alone, other points one by one', () => {
  const chosenPoints = new Set([
    ...chosenAtFirst({ device: 'press-1', points: ['press-2/p1', 'oven/p0'] }, all),
  ]);
  expect(chosenPoints.size).toBe(302);
  expect(placesOf(chosenPoints, all)).toEqual([
    ['device', 'press-1'],
    ['point', 'press-2/p1'],
    ['point', 'oven/p0'],
  ]);
});

it('more than an address takes is refused', () => {
  const many = pointsOf('press-9', 501);
  expect(placesOf(new Set(many.slice(1).map(nameOf)), many)?.length).toBe(500);
  const names = many.map(nameOf);
  expect(placesOf(new Set(names), [...many, ...pointsOf('press-9', 502).slice(501)])).toBeUndefined();
  const longNames = pointsOf('x'.repeat(100), 200).map(nameOf);
  expect(placesOf(new Set(longNames), [])).toBeUndefined();
});
