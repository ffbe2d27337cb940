import { dirname } from 'node:path';
import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { describe, expect, it } from 'vitest';
import { eventually, untilHolds } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { type ForeignDevice, foreignDevice } from '../support/foreign-device.ts';
import { serialLineForTest, serialLineIsInstalled } from '../support/serial-line-for-test.ts';

/** Both units of a pymodbus device that sits on one line. */
function configFor(path: string, device: ForeignDevice): TaskConfig {
  const serial = { path, baud_rate: 115_200, parity: 'none', stop_bits: 1 };
  const onTheLine = (code: string, unitId: number, points: readonly object[]) =>
    modbusDevice({ id: code, code, protocol: 'modbus_rtu', unit_id: unitId, serial, points });
  const registers = device.second_unit.holding_registers.map((_, address) => ({
    code: `r${address}`,
    table: 'holding_register',
    address,
    data_type: 'uint16',
  }));
  return taskConfigSchema.parse({
    schema_version: 3,
    task_id: '1',
    task_code: 'line',
    task_name: 'A serial line',
    config_version: 1,
    period_ms: 1_000,
    devices: [
      onTheLine('first', device.unit_id, device.points.slice(0, 100)),
      onTheLine('second', device.second_unit.unit_id, registers),
    ],
  });
}

describe.skipIf(!serialLineIsInstalled())('two units on a serial line', () => {
  it('are read, and read again after their adapter was pulled out and plugged in', async () => {
    const line = await serialLineForTest();
    const device = await foreignDevice('--serial', line.theirs);
    const fleet = await fleetForTest([]);
    await fleet.collector('c1', { DEVICE_BACKOFF_MAX_MS: '1000', SERIAL_PATHS: dirname(line.ours) });
    await fleet.start('supervisor');
    const sessionId = await fleet.log.start(configFor(line.ours, device));
    await fleet.placed('1');
    const samplesOf = async (code: string) =>
      (await fleet.log.samples()).filter((sample) => sample.session === sessionId && sample.device === code);
    const lastValues = async (code: string, afterTick: number) =>
      (await samplesOf(code)).findLast(({ tick, values }) => tick > afterTick && values)?.values;
    const expected = {
      first: Object.fromEntries(device.points.slice(0, 100).map(({ code, value }) => [code, value])),
      second: Object.fromEntries(device.second_unit.holding_registers.map((value, at) => [`r${at}`, value])),
    };
    const bothAreRead = async (afterTick: number) => {
      for (const [code, values] of Object.entries(expected)) {
        // The first values may come in the middle of the plugging in.
        await untilHolds(async () => expect(await lastValues(code, afterTick)).toEqual(values));
      }
    };
    await bothAreRead(0);

    await line.pull();
    await device.stop();
    const lost = await eventually(
      async () => (await samplesOf('second')).find(({ miss }) => miss?.cause === 'connection'),
      { what: 'the line to be missed', intervalMs: 100 },
    );
    await line.plugIn();
    await foreignDevice('--serial', line.theirs);
    await bothAreRead(lost.tick);
  });
});
