import { quoted } from '@holdfast/texts/text.ts';
import { expect, it } from 'vitest';
import type { PollingPlan } from '../../configuration/polling-plans.ts';
import { Problem } from '../../problems/problem.ts';
import { taskPeriods } from './ownership-route.ts';

const changedMs = Date.parse('2026-11-27T08:00:00.000Z');
const leg = (configVersion: number, minute: number) => ({
  ...{ configVersion, fromMs: minute === 0 ? Number.NEGATIVE_INFINITY : changedMs + minute * 60_000 },
});
const periods = new Map([
  [1, 60_000],
  [2, 60_000],
  [4, 1_000],
  [5, 60_000],
]);
const plans = {
  of: async (_task: number, version: number): Promise<PollingPlan> => {
    const periodMs = periods.get(version);
    if (periodMs === undefined) throw new Problem('task_config_unreadable', quoted('It is lost.'));
    return { periodMs, devices: [] };
  },
};

it('the periods of a task follow the versions of its session, without those that are lost', async () => {
  const legs = [leg(1, 0), leg(2, 1), leg(3, 2), leg(4, 3), leg(5, 4)];
  expect(await taskPeriods(plans, { task_id: 7, period_ms: 60_000 }, legs)).toEqual([
    { from: null, period_ms: 60_000 },
    { from: '2026-11-27T08:03:00.000Z', period_ms: 1_000 },
    { from: '2026-11-27T08:04:00.000Z', period_ms: 60_000 },
  ]);
  expect(await taskPeriods(plans, { task_id: 7, period_ms: 500 }, [])).toEqual([
    { from: null, period_ms: 500 },
  ]);
  expect(await taskPeriods(plans, { task_id: 7, period_ms: null }, [leg(3, 0)])).toEqual([]);
});
