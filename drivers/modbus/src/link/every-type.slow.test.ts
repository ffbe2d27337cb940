import { dataTypes } from '@holdfast/driver/point.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { byteOrders } from '../layout/point-layout.ts';
import { decodeBlock, Readings } from '../plan/testing/decoded-block.ts';
import { modbusDevice } from '../plan/testing/devices.ts';
import { flattened, planReads } from '../plan/testing/plan-reads.ts';
import { pointProblems } from '../spec/point-rules.ts';
import {
  compileLibmodbusDevice,
  type ForeignDevice,
  hasLibmodbus,
  hasPymodbus,
  startLibmodbusDevice,
  startPymodbusDevice,
} from './testing/foreign-device.ts';
import { openBus } from './testing/open-bus.ts';

const announcementSchema = z.object({
  port: z.int(),
  every_type: z.object({
    unit_id: z.int(),
    points: z.array(
      z.looseObject({
        code: z.string(),
        readings: z.object({
          values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
          integers: z.record(z.string(), z.string()),
          uncertain: z.array(z.string()),
        }),
      }),
    ),
  }),
});

describe.skipIf(!hasPymodbus)('a device whose registers Python has packed', () => {
  let device: ForeignDevice | undefined;
  let announced: z.infer<typeof announcementSchema>;

  beforeAll(async () => {
    device = await startPymodbusDevice();
    announced = announcementSchema.parse(device.announced);
  });
  afterAll(() => device?.stop());

  it.each([
    ['the largest reads', {}],
    ['reads of a few registers', { max_registers: 12 }],
  ])('gives every type in every order as Python knows it, in %s', async (_how, limits) => {
    const { unit_id, points } = announced.every_type;
    const configured = modbusDevice({
      id: 'd1',
      code: 'python',
      protocol: 'modbus_tcp',
      host: '127.0.0.1',
      unit_id,
      points,
      ...limits,
    });
    const flat = flattened(configured);
    for (const point of flat.points) expect(pointProblems(point), point.code).toEqual([]);
    for (const data_type of dataTypes) {
      const orders = flat.points.filter((point) => point.data_type === data_type);
      expect([...new Set(orders.map(({ byte_order }) => byte_order))].sort()).toEqual([...byteOrders].sort());
    }

    const bus = openBus({ kind: 'tcp', framing: 'mbap', host: '127.0.0.1', port: announced.port });
    const collected = new Readings();
    try {
      for (const block of planReads(flattened(configured))) {
        decodeBlock(block, await bus.read({ unitId: unit_id, timeoutMs: 5_000, ...block }), collected);
      }
    } finally {
      bus.disconnect();
    }
    const expected = points.map(({ readings }) => readings);
    expect({ ...collected.problems }).toEqual({});
    expect({ ...collected.values }).toEqual(Object.assign({}, ...expected.map(({ values }) => values)));
    expect({ ...collected.integers }).toEqual(Object.assign({}, ...expected.map(({ integers }) => integers)));
    expect(collected.uncertain.toSorted()).toEqual(expected.flatMap(({ uncertain }) => uncertain).sort());
  });
});

describe.skipIf(!hasLibmodbus)('a device whose registers libmodbus has converted', () => {
  it('gives floats in every order, and 64-bit integers, as libmodbus was given them', async () => {
    const { program, remove } = await compileLibmodbusDevice();
    const device = await startLibmodbusDevice(program, 'tcp');
    await remove();
    const { port, unit_id, has_float_orders } = z
      .object({ port: z.int(), unit_id: z.int(), has_float_orders: z.boolean() })
      .parse(device.announced);
    const bus = openBus({ kind: 'tcp', framing: 'mbap', host: '127.0.0.1', port });
    const configured = modbusDevice({
      id: 'd1',
      code: 'libmodbus',
      protocol: 'modbus_tcp',
      host: '127.0.0.1',
      points: [
        ...(['ABCD', 'CDAB', 'BADC', 'DCBA'] as const).map((byte_order, index) => ({
          code: byte_order,
          table: 'input_register',
          address: 2_000 + index * 6,
          data_type: 'float32',
          count: 3,
          byte_order,
        })),
        { code: 'long', table: 'input_register', address: 2_024, data_type: 'int64' },
      ],
    });
    const collected = new Readings();
    try {
      for (const block of planReads(flattened(configured))) {
        decodeBlock(block, await bus.read({ unitId: unit_id, timeoutMs: 5_000, ...block }), collected);
      }
    } finally {
      bus.disconnect();
      await device.stop();
    }
    // Older versions of libmodbus put the bytes into other orders than those asked for.
    for (const order of has_float_orders ? byteOrders : []) {
      const floats = [0, 1, 2].map((index) => collected.values[`${order}[${index}]`]);
      expect(floats, order).toEqual([-123.456, 50.02, 3.4028234e38].map(Math.fround));
    }
    expect({ ...collected.integers }).toEqual({ long: '-1234567890123456789' });
  });
});
