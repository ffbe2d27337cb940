import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { expect, it } from 'vitest';
import { readableConfigs } from './readable-configs.ts';

const press = modbusDevice({ id: '1', code: 'press', host: 'h', points: [{ code: 'a', address: 0 }] });
const load = (device: object) =>
  readableConfigs({
    load: async () => ({
      ok: true,
      config: taskConfigSchema.parse({
        ...{ schema_version: 3, task_id: '7', task_code: 'line', task_name: '', config_version: 2 },
        ...{ period_ms: 1_000, devices: [press, device] },
      }),
    }),
  }).load('7', 2);

it('a snapshot with a device of a protocol that this release has not is refused for good, in words', async () => {
  expect(await load({ ...press, id: '2', code: 'mixer' })).toMatchObject({ ok: true });
  expect(inEnglish(await load({ ...press, id: '2', code: 'mixer', protocol: 's9' }))).toEqual({
    ok: false,
    problem: expect.stringContaining('snapshot 7/2: device mixer: there is no protocol s9 here'),
  });
});
