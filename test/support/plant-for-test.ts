import { type Plant, type ReceivedRequest, startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { cleanUpAfterFile } from './cleanup.ts';

export interface PlantForTest {
  readonly plant: Plant;
  /** Every request that reached a device, in order. */
  readonly requests: ReceivedRequest[];
  /** A configuration that reads two holding registers of each device named. */
  config(options: {
    taskId: string;
    devices: string[];
    periodMs?: number;
    version?: number;
    /** Long for a device that has to answer, whatever else the machine does. Default 500. */
    timeoutMs?: number;
  }): TaskConfig;
}

/** Devices whose register 0 holds a number that rises every 100 ms and whose register 1 holds 4711. */
export async function plantForTest(deviceCodes: readonly string[]): Promise<PlantForTest> {
  const requests: ReceivedRequest[] = [];
  // Counts from here on: a register that followed the clock would start over at 0 every 109 minutes, perhaps during a test.
  const startedAtMs = Date.now();
  const plant = await startPlant({
    config: {
      devices: deviceCodes.map((code) => ({
        code,
        unitId: 1,
        tables: {
          holding_register: (address, nowMs) =>
            address === 0
              ? Math.floor((nowMs - startedAtMs) / 100) % 65_536
              : address === 1
                ? 4711
                : undefined,
        },
      })),
    },
    host: '127.0.0.1',
    onRequest: (request) => requests.push(request),
  });
  cleanUpAfterFile(() => plant.stop());
  return {
    plant,
    requests,
    config: ({ taskId, devices, periodMs = 200, version = 1, timeoutMs = 500 }) => ({
      schema_version: 3,
      task_id: taskId,
      task_code: `task-${taskId}`,
      task_name: `Task ${taskId}`,
      config_version: version,
      period_ms: periodMs,
      devices: devices.map((code) => {
        const endpoint = plant.endpoints.find(({ device }) => device === code);
        if (!endpoint) throw new Error(`no device ${code}`);
        return {
          id: code,
          code,
          name: '',
          site_code: 'test',
          protocol: 'modbus_tcp',
          mode: 'polled' as const,
          timeout_ms: timeoutMs,
          connection: {
            ...{ host: endpoint.host, port: endpoint.port, unit_id: endpoint.unitId },
            ...{ max_registers: 125, max_bits: 2_000 },
          },
          points: [point('count', 0), point('constant', 1)],
        };
      }),
    }),
  };
}

function point(code: string, address: number): TaskConfig['devices'][number]['points'][number] {
  return {
    code,
    name: '',
    address: { table: 'holding_register', address, byte_order: 'ABCD' },
    data_type: 'uint16',
    scale: 1,
    offset: 0,
    unit: '',
  };
}
