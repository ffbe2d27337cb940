import { expect, it } from 'vitest';
import { FaultCourse } from './fault-course.ts';

const course = (when: object): FaultCourse => new FaultCourse({ kind: 'silence', ...when }, 1_000, () => 0.5);
const active = (of: FaultCourse, times: readonly number[]): boolean[] => times.map((at) => of.isActive(at));

it('a fault without a schedule acts at once and for good', () => {
  expect(active(course({}), [1_000, 1e12])).toEqual([true, true]);
  expect(course({}).nextChangeMs(1_000)).toBe(Number.POSITIVE_INFINITY);
});

it('a fault acts between its beginning and its end, and says when that changes', () => {
  const once = course({ at: '10s', for: '5s' });
  expect(active(once, [10_999, 11_000, 15_999, 16_000, 30_000])).toEqual([false, true, true, false, false]);
  expect([1_000, 11_000, 16_000].map((at) => once.nextChangeMs(at))).toEqual([
    11_000,
    16_000,
    Number.POSITIVE_INFINITY,
  ]);
});

it('a fault comes again and again', () => {
  const often = course({ at: '10s', for: '5s', every: '1m' });
  expect(active(often, [12_000, 17_000, 72_000, 77_000])).toEqual([true, false, true, false]);
  expect(often.nextChangeMs(17_000)).toBe(71_000);
  expect(often.nextChangeMs(72_000)).toBe(76_000);
});

it('a fault with a probability hits by chance, and only while it acts', () => {
  expect(course({ probability: 0.6 }).hits(1_000)).toBe(true);
  expect(course({ probability: 0.5 }).hits(1_000)).toBe(false);
  expect(course({ probability: 1, at: '1s' }).hits(1_500)).toBe(false);
});
