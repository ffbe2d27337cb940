import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EndpointAddress } from '../layout/endpoint-address.ts';
import { decodeBlock } from '../plan/testing/decoded-block.ts';
import { modbusDevice } from '../plan/testing/devices.ts';
import { flattened, planReads } from '../plan/testing/plan-reads.ts';
import type { DeviceBus } from './device-bus.ts';
import { cleanUp, failureOf } from './testing/bus-under-test.ts';
import { type ForeignDevice, hasPymodbus, hasSocat, startPymodbusDevice } from './testing/foreign-device.ts';
import { openBus } from './testing/open-bus.ts';
import { lineAt, startPtyLine } from './testing/pty-line.ts';

const announcementSchema = z.object({
  port: z.int(),
  unit_id: z.int(),
  points: z.array(z.looseObject({ code: z.string(), value: z.union([z.number(), z.boolean()]) })),
  second_unit: z.object({ unit_id: z.int(), holding_registers: z.array(z.int()) }),
});

interface Transport {
  readonly name: string;
  readonly isMissing: boolean;
  start(): Promise<{ device: ForeignDevice; address: (port: number) => EndpointAddress }>;
}

const transports: Transport[] = [
  {
    name: 'Modbus TCP',
    isMissing: !hasPymodbus,
    start: async () => ({
      device: await startPymodbusDevice(),
      address: (port) => ({ kind: 'tcp', framing: 'mbap', host: '127.0.0.1', port }),
    }),
  },
  {
    name: 'RTU over TCP',
    isMissing: !hasPymodbus,
    start: async () => ({
      device: await startPymodbusDevice('--rtu'),
      address: (port) => ({ kind: 'tcp', framing: 'rtu', host: '127.0.0.1', port }),
    }),
  },
  {
    name: 'RTU on a serial line',
    isMissing: !hasPymodbus || !hasSocat,
    start: async () => {
      const { ours, theirs } = await startPtyLine();
      return {
        device: await startPymodbusDevice('--serial', theirs),
        address: () => ({ kind: 'serial', line: lineAt(ours) }),
      };
    },
  },
];

for (const transport of transports) {
  describe.skipIf(transport.isMissing)(`a device that runs pymodbus, over ${transport.name}`, () => {
    let device: ForeignDevice | undefined;
    let announced: z.infer<typeof announcementSchema>;
    let bus: DeviceBus;

    beforeAll(async () => {
      const started = await transport.start();
      device = started.device;
      announced = announcementSchema.parse(device.announced);
      bus = openBus(started.address(announced.port));
    });

    afterAll(async () => {
      bus?.disconnect();
      await device?.stop();
      await cleanUp();
    });

    const unit = () => ({ unitId: announced.unit_id, timeoutMs: 5000 });

    it.each([
      ['in the largest reads that the specification allows', {}],
      ['in small reads', { max_registers: 20, max_bits: 160 }],
    ])('gives the numbers that it says it holds, %s', async (_how, limits) => {
      const configured = modbusDevice({
        id: 'foreign',
        code: 'foreign',
        protocol: 'modbus_tcp',
        host: '127.0.0.1',
        unit_id: announced.unit_id,
        points: announced.points,
        ...limits,
      });
      const values: Record<string, PointValue> = {};
      for (const block of planReads(flattened(configured))) {
        const decoded = decodeBlock(block, await bus.read({ ...unit(), ...block }));
        expect(decoded.problems).toEqual({});
        Object.assign(values, decoded.values);
      }
      expect(values).toEqual(Object.fromEntries(announced.points.map(({ code, value }) => [code, value])));
    });

    it('answers a register that it does not have with exception 2, and the next read is served', async () => {
      const read = (address: number) =>
        bus.read({ ...unit(), table: 'holding_register', address, quantity: 1 });
      expect(await failureOf(read(60_000))).toMatchObject({
        missCause: 'exception',
        exceptionCode: 2,
        message: 'exception 2: illegal data address',
      });
      expect(await read(1)).toEqual({ kind: 'registers', values: [1] });
    });

    it('has a second unit next to the first one', async () => {
      const { unit_id, holding_registers } = announced.second_unit;
      const quantity = holding_registers.length;
      for (let round = 0; round < 3; round += 1) {
        expect(
          await bus.read({ ...unit(), unitId: unit_id, table: 'holding_register', address: 0, quantity }),
        ).toEqual({ kind: 'registers', values: holding_registers });
        expect(await bus.read({ ...unit(), table: 'holding_register', address: 1, quantity: 1 })).toEqual({
          kind: 'registers',
          values: [1],
        });
      }
    });

    it('holds by its own account what was written, coils and registers, one and several', async () => {
      await bus.write({ ...unit(), functionCode: 6, address: 5, values: [40_000] });
      expect(await device?.holds('holding_register', 4, 3)).toEqual([32_767, 40_000, 0]);
      await bus.write({ ...unit(), functionCode: 16, address: 4, values: [1, 65_535, 3] });
      expect(await device?.holds('holding_register', 4, 3)).toEqual([1, 65_535, 3]);
      await bus.write({ ...unit(), functionCode: 15, address: 100, values: new Array(11).fill(true) });
      await bus.write({ ...unit(), functionCode: 5, address: 101, values: [false] });
      const coils = (await device?.holds('coil', 100, 11)) as (number | boolean)[];
      expect(coils.map(Boolean)).toEqual(Array.from({ length: 11 }, (_, at) => at !== 1));
    });
  });
}
