import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EndpointAddress } from '../layout/endpoint-address.ts';
import type { DeviceBus } from './device-bus.ts';
import { cleanUp, failureOf } from './testing/bus-under-test.ts';
import {
  compileLibmodbusDevice,
  type ForeignDevice,
  hasLibmodbus,
  hasSocat,
  startLibmodbusDevice,
} from './testing/foreign-device.ts';
import { openBus } from './testing/open-bus.ts';
import { lineAt, startPtyLine } from './testing/pty-line.ts';

const announcementSchema = z.object({ port: z.int(), unit_id: z.int() });
const numbers = (count: number, of: (index: number) => number | boolean) =>
  Array.from({ length: count }, (_, n) => of(n));

const transports = hasSocat ? ['Modbus TCP', 'a serial line'] : ['Modbus TCP'];

describe.skipIf(!hasLibmodbus).each(transports)('a device that runs libmodbus, over %s', (transport) => {
  let device: ForeignDevice | undefined;
  let unitId = 0;
  let bus: DeviceBus;
  const isSerial = transport === 'a serial line';

  beforeAll(async () => {
    const { program, remove } = await compileLibmodbusDevice();
    const line = isSerial ? await startPtyLine() : undefined;
    device = line
      ? await startLibmodbusDevice(program, 'serial', line.theirs)
      : await startLibmodbusDevice(program, 'tcp');
    await remove();
    const { port, unit_id } = announcementSchema.parse(device.announced);
    unitId = unit_id;
    const address: EndpointAddress = line
      ? { kind: 'serial', line: lineAt(line.ours) }
      : { kind: 'tcp', framing: 'mbap', host: '127.0.0.1', port };
    bus = openBus(address);
  });

  afterAll(async () => {
    bus?.disconnect();
    await device?.stop();
    await cleanUp();
  });

  const unit = () => ({ unitId, timeoutMs: 60_000 });

  it('gives what each of its four tables holds, up to the largest reads', async () => {
    for (const [address, quantity] of [
      [0, 1],
      [3, 125],
      [1875, 125],
    ] as const) {
      expect(await bus.read({ ...unit(), table: 'holding_register', address, quantity })).toEqual({
        kind: 'registers',
        values: numbers(quantity, (n) => 3 * (address + n) + 1),
      });
      expect(await bus.read({ ...unit(), table: 'input_register', address, quantity })).toEqual({
        kind: 'registers',
        values: numbers(quantity, (n) => 7 * (address + n) + 2),
      });
    }
    for (const [address, quantity] of [
      [0, 1],
      [7, 13],
      [0, 2000],
    ] as const) {
      expect(await bus.read({ ...unit(), table: 'coil', address, quantity })).toEqual({
        kind: 'bits',
        values: numbers(quantity, (n) => (address + n) % 3 === 0),
      });
      expect(await bus.read({ ...unit(), table: 'discrete_input', address, quantity })).toEqual({
        kind: 'bits',
        values: numbers(quantity, (n) => (address + n) % 5 === 0),
      });
    }
  });

  it('holds by its own account what was written', async () => {
    await bus.write({ ...unit(), functionCode: 6, address: 5, values: [40_000] });
    expect(await device?.holds('holding_register', 4, 3)).toEqual([13, 40_000, 19]);
    await bus.write({ ...unit(), functionCode: 16, address: 0, values: new Array(123).fill(65_535) });
    expect(await device?.holds('holding_register', 122, 2)).toEqual([65_535, 370]);
    await bus.write({ ...unit(), functionCode: 15, address: 2, values: new Array(1968).fill(true) });
    await bus.write({ ...unit(), functionCode: 5, address: 3, values: [false] });
    expect(await device?.holds('coil', 1, 4)).toEqual([0, 1, 0, 1]);
    expect(await device?.holds('coil', 1969, 2)).toEqual([1, 0]);
  });

  it('answers what it does not have with exception 2, and the next read is served', async () => {
    const read = (address: number) => bus.read({ ...unit(), table: 'input_register', address, quantity: 1 });
    expect(await failureOf(read(3000))).toMatchObject({ missCause: 'exception', exceptionCode: 2 });
    expect(await read(1)).toEqual({ kind: 'registers', values: [9] });
  });

  if (isSerial)
    it('keeps quiet when another unit of the line is asked, and is read again after it', async () => {
      const read = (ofUnit: number, timeoutMs: number) =>
        bus.read({ unitId: ofUnit, timeoutMs, table: 'input_register', address: 1, quantity: 1 });
      for (let round = 0; round < 2; round += 1) {
        expect(await failureOf(read(10 + round, 100))).toMatchObject({ missCause: 'timeout' });
        // libmodbus waits for the other unit's reply and takes the next request on the line for it.
        await untilHolds(async () =>
          expect(await read(unitId, 250)).toEqual({ kind: 'registers', values: [9] }),
        );
      }
    });
});
