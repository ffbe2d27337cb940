import {
  compileLibmodbusDevice,
  type ForeignDevice,
  hasLibmodbus,
  startLibmodbusDevice,
} from '@holdfast/driver-modbus/link/testing/foreign-device.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pollReally } from './testing/real-runner.ts';

const announcementSchema = z.object({ port: z.int(), unit_id: z.int() });

describe.skipIf(!hasLibmodbus)('a libmodbus device that closes the connection after each reply', () => {
  let device: ForeignDevice | undefined;

  beforeAll(async () => {
    const { program, remove } = await compileLibmodbusDevice();
    device = await startLibmodbusDevice(program, 'tcp-closing');
    await remove();
  });
  afterAll(() => device?.stop());

  it('has its values at each tick in which it is asked, in three requests', async () => {
    const { port, unit_id } = announcementSchema.parse(device?.announced);
    const points = [0, 500, 1_000].map((address) => pointOf(`r${address}`, address));
    const closing = deviceOf({ host: '127.0.0.1', port, unit_id, points, timeout_ms: 30_000 });
    const { samples, runner } = pollReally([closing], 50);
    // Ticks for which a busy machine was too late were not asked.
    const askedTicks = () => samples.filter(({ miss }) => miss?.cause !== 'overrun');
    try {
      await expect.poll(() => askedTicks().length).toBeGreaterThan(100);
    } finally {
      await runner.stop();
    }
    const successes = askedTicks().filter(({ miss }) => !miss);
    expect(
      successes.length / askedTicks().length,
      JSON.stringify(askedTicks().find(({ miss }) => miss)),
    ).toBeGreaterThan(0.98);
    for (const { values } of successes) expect(values).toEqual({ r0: 1, r500: 1_501, r1000: 3_001 });
  });
});
