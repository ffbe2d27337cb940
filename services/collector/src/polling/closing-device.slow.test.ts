import {
  compileLibmodbusDevice,
  type ForeignDevice,
  hasLibmodbus,
  startLibmodbusDevice,
} from '@holdfast/driver-modbus/link/testing/foreign-device.ts';
import { openBus } from '@holdfast/driver-modbus/link/testing/open-bus.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseOutgoing } from '../samples/testing/parse-outgoing.ts';
import { Endpoints } from './endpoints.ts';
import { SessionRunner } from './session-runner.ts';
import { SteadyClock } from './steady-clock.ts';
import { modbusOver } from './testing/modbus-links.ts';

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
    const samples: Sample[] = [];
    const points = [0, 500, 1_000].map((address) => pointOf(`r${address}`, address));
    const runner = new SessionRunner({
      sessionId: '1-1',
      epoch: 2,
      collectorId: 'c1',
      config: {
        schema_version: 3,
        task_id: '1',
        task_code: 't',
        task_name: '',
        config_version: 1,
        period_ms: 50,
        devices: [deviceOf({ host: '127.0.0.1', port, unit_id, points, timeout_ms: 30_000 })],
      },
      endpoints: new Endpoints(modbusOver((address) => openBus(address))),
      clock: new SteadyClock(systemClock),
      timers: systemTimers,
      backoff: { firstMs: 300, maxMs: 1_000 },
      permission: () => true,
      jitter: Math.random,
      onSample: (sample) => samples.push(parseOutgoing(sample)),
      onHealth: () => undefined,
    });
    // Ticks for which a busy machine was too late were not asked.
    const askedTicks = () => samples.filter(({ miss }) => miss?.cause !== 'overrun');
    runner.start(new Map());
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
