import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { inEachLanguage } from '@holdfast/texts/text.ts';
import { expect, it } from 'vitest';
import type { Database } from '../database/open-database.ts';
import type { TaskConfigs } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { pollingPlans } from './polling-plans.ts';

type Load = TaskConfigs['load'];

it('the measurements of a configuration are not waited for while the broker hangs, and are known once it has answered', async () => {
  const device = { code: 'press-1', measurement: 'presses' };
  const late = Promise.withResolvers<Awaited<ReturnType<Load>>>();
  let loads = 0;
  const load: Load = () => {
    loads += 1;
    return late.promise;
  };
  const plans = pollingPlans({ database: {} as Database, taskConfigs: () => ({ load }) });
  expect(await plans.measurements(7, 1)).toBeUndefined();
  late.resolve({ ok: true, config: { devices: [device, { code: 'press-2' }] } } as never);
  expect(await plans.measurements(7, 1)).toEqual(new Map([['press-1', 'presses']]));
  const before = loads;
  expect(await plans.measurements(7, 1)).toEqual(new Map([['press-1', 'presses']]));
  expect(loads).toBe(before);
});

it('that a configuration is lost is said in each language alone', async () => {
  const nothing = { select: () => nothing, where: () => nothing, executeTakeFirst: async () => undefined };
  const database = { selectFrom: () => nothing } as unknown as Database;
  const load: Load = async () => ({
    ok: false,
    problem: collectorText('snapshot_missing', { snapshot: '7/3' }),
  });
  const problem = await pollingPlans({ database, taskConfigs: () => ({ load }) })
    .of(7, 3)
    .catch((error: unknown) => error);
  if (!(problem instanceof Problem)) throw new Error('no problem');
  expect(problem.code).toBe('task_config_unreadable');
  expect(inEachLanguage(problem.detail)).toEqual({
    en: expect.stringContaining('configuration snapshot 7/3 is missing'),
    zh: expect.stringContaining('TASK_CONFIGS 中缺少配置快照 7/3'),
  });
});
