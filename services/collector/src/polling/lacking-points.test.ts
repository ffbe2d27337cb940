import { pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { expect, it } from 'vitest';
import { LackingPoints } from './lacking-points.ts';
import { PointSet } from './point-sets.ts';

it('goes on lacking a slow point when a reader that was given up comes to an earlier tick after all', () => {
  const set = new PointSet([pointOf('fast', 0), pointOf('slow', 1, { period_ms: 10_000 })]);
  const lacking = new LackingPoints(set, 1_000);
  const fastOnly = { readCount: 1, isRead: (at: number) => at === 0 };
  const lost = lacking.of(20, set.all, fastOnly, 'timeout');
  expect(lost).toMatchObject([{ points: [{ cause: 'timeout', period_ms: 10_000, codes: ['slow'] }] }]);
  expect(lacking.of(19, [0], fastOnly, undefined)).toBeUndefined();
  expect(lacking.of(21, [0], fastOnly, undefined)).toEqual([{ set: lost?.[0]?.set }]);
});
