import { tableMemory } from '@holdfast/driver-modbus-simulator/memory/table-memory.ts';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureDevice } from '../support/over-rest.ts';
import type { RestClient } from '../support/rest-client.ts';
import { longLease, type testLease } from '../support/service-processes.ts';
import { type ServicesForTest, servicesForTest } from '../support/system-for-test.ts';

/** Register 0 to 9 hold 100 to 109, 20 holds a float; 50 and 51 may be written; others are not there. */
const memory = tableMemory({
  fixed: [
    {
      table: 'holding_register',
      address: 0,
      values: Array.from({ length: 10 }, (_, index) => 100 + index),
      isWritable: false,
    },
    { table: 'holding_register', address: 50, values: [0, 0], isWritable: true },
    { table: 'coil', address: 3, values: [0], isWritable: true },
  ],
  moving: [],
  holesAreZero: false,
  isReadOnly: false,
});

/** Registers 0 to 16, 18 to 39 and 45 to 49. */
const gapped = tableMemory({
  fixed: [
    [0, 17],
    [18, 22],
    [45, 5],
  ].map(([address = 0, length]) => ({
    table: 'holding_register' as const,
    address,
    values: Array.from({ length: length ?? 0 }, (_, index) => index),
    isWritable: false,
  })),
  moving: [],
  holesAreZero: false,
  isReadOnly: false,
});
/** An API, a supervisor, the collector `c1` and a plant with a press, which is configured and not started. */
export interface PressPlant {
  readonly rest: RestClient;
  readonly services: ServicesForTest;
  readonly natsUrl: string;
  readonly plant: Awaited<ReturnType<typeof startPlant>>;
  readonly deviceId: number;
  readonly taskId: number;
  readonly points: ReadonlyMap<string, number>;
  /** Writes that reached the devices. */
  readonly writes: { functionCode: number; address: number }[];
  /** How often the mixer was asked for what it does not have. */
  refusals(): number;
  /** How often the mixer was asked across its hole of 40 to 44, which no point has: no reader tries there again on its own. */
  holesAsked(): number;
}

export async function startPressPlant(
  lease: Readonly<Record<keyof typeof testLease, string>> = longLease,
): Promise<PressPlant> {
  let refusals = 0;
  let holesAsked = 0;
  const points = new Map<string, number>();
  const writes: { functionCode: number; address: number }[] = [];
  const nats = await natsForTest();
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: [
        { code: 'press', unitId: 1, tables: memory },
        { code: 'mixer', unitId: 1, tables: gapped },
        { code: 'oven', unitId: 1, tables: gapped },
      ],
    },
    onRequest: ({ device, functionCode, address, quantity }) => {
      const end = address + quantity;
      if (device === 'mixer' && [17, 40].some((missing) => address <= missing && end > missing))
        refusals += 1;
      if (device === 'mixer' && address <= 40 && end > 40) holesAsked += 1;
      if (functionCode > 4) writes.push({ functionCode, address });
    },
  });
  cleanUpAfterFile(() => plant.stop());
  const services = await servicesForTest({
    ...{ natsUrl: nats.url, lease },
    settings: { writer: false, collector: { COLLECTOR_ID: 'c1', DEVICE_REFUSED_PAUSE_MS: '300' } },
  });
  const { rest } = services;
  const holding = { table: 'holding_register', data_type: 'uint16' };
  const configured = [
    { ...holding, code: 'first', address: 0 },
    { ...holding, code: 'scaled', address: 1, scale: 0.1, valid_max: 5 },
    { ...holding, code: 'absent', address: 10 },
    { ...holding, code: 'setpoint', address: 50, data_type: 'float32', writable: true, valid_max: 300 },
    { ...holding, code: 'locked', address: 2, writable: true },
    { table: 'coil', data_type: 'bool', code: 'lamp', address: 3, writable: true },
  ];
  // It answers from this process, which may have no core for a while; a write has to fit into the lease.
  const place = { host: '127.0.0.1', port: plant.endpoints[0]?.port, timeout_ms: 1_500 };
  const { id: deviceId, pointIds } = await configureDevice(rest, { code: 'press', ...place }, configured);
  for (const [index, { code }] of configured.entries()) points.set(code, pointIds[index] ?? 0);
  const task = await rest.create('/api/config/tasks/', {
    code: 'press',
    period_ms: 200,
    device_ids: [deviceId],
  });
  await eventually(async () => (await rest.post(`/api/config/devices/${deviceId}/test/`)).status === 200, {
    what: 'the collector to take calls',
  });
  return {
    ...{ rest, services, natsUrl: nats.url, plant, deviceId, taskId: task.id, points, writes },
    refusals: () => refusals,
    holesAsked: () => holesAsked,
  };
}
