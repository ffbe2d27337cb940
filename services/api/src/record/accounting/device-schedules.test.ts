import { expect, it } from 'vitest';
import type { PollingPlan } from '../../configuration/polling-plans.ts';
import { deviceSchedules } from './device-schedules.ts';

const planOf = (...codes: string[]) =>
  ({ devices: codes.map((code) => ({ code, periodMs: 1_000 })) }) as unknown as PollingPlan;

it('every device that a session has or had has a schedule, also before its first tick is due', () => {
  const legs = [
    { fromMs: Number.NEGATIVE_INFINITY, plan: planOf('press-1', 'press-2') },
    { fromMs: 5_000, plan: planOf('press-1', 'press-3') },
  ];
  const at = (nowMs: number) =>
    deviceSchedules(legs, [{ fromMs: 1_000, toMs: undefined }], nowMs).map(({ deviceCode, due }) => [
      deviceCode,
      ...due.map(({ scheduled }) => scheduled),
    ]);
  expect(at(0)).toEqual([
    ['press-1', []],
    ['press-3', []],
    ['press-2', []],
  ]);
  expect(at(7_000)).toEqual([
    ['press-1', [{ from: 1, to: 6 }]],
    ['press-3', [{ from: 5, to: 6 }]],
    ['press-2', [{ from: 1, to: 4 }]],
  ]);
});
