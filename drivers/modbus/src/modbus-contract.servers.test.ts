import { type ContractPeer, driverContract } from '@holdfast/driver/contract/driver.contract.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { createDriver } from './driver.ts';
import { connectionSchema, type ModbusConnection } from './layout/connection.ts';
import type { ModbusPlace } from './layout/place.ts';

async function startPeer(): Promise<ContractPeer> {
  const registers = new Map([1, 2, 3, 4, 500, 501].map((address) => [address, address * 10]));
  let requests = 0;
  const plant = await startPlant({
    host: '127.0.0.1',
    onRequest: () => {
      requests += 1;
    },
    config: {
      endpoints: [
        {
          name: 'line',
          protocol: 'modbus_tcp',
          units: [
            {
              code: 'press',
              unitId: 1,
              tables: {
                read: (table, address, quantity) => {
                  const values = Array.from({ length: quantity }, (_, at) => registers.get(address + at));
                  if (table !== 'holding_register' || values.includes(undefined)) return undefined;
                  const bytes = Buffer.alloc(quantity * 2);
                  values.forEach((value, at) => {
                    bytes.writeUInt16BE(value ?? 0, at * 2);
                  });
                  return bytes;
                },
                write: (_, address, values) => {
                  values.forEach((value, at) => {
                    registers.set(address + at, value);
                  });
                  return true;
                },
              },
            },
          ],
        },
      ],
    },
  });
  return {
    port: plant.endpoints[0]?.port ?? 0,
    requests: () => requests,
    change: () => {
      for (const [address, value] of registers) registers.set(address, value + 1_000);
    },
    holds: () => ({
      setpoint: registers.get(1) ?? 0,
      temperature: (registers.get(2) ?? 0) / 10,
      'zones[0]': registers.get(3) ?? 0,
      'zones[1]': registers.get(4) ?? 0,
      count: (registers.get(500) ?? 0) * 65_536 + (registers.get(501) ?? 0),
    }),
    stop: () => plant.stop(),
  };
}

const place = { table: 'holding_register', byte_order: 'ABCD' } as const;
const plain = { scale: 1, offset: 0 };

// Modbus TCP only: links of RTU frames also ask markers and hold requests back, which late-line.property covers.
driverContract('modbus_tcp', {
  driver: createDriver('modbus_tcp') as Driver<ModbusConnection, ModbusPlace>,
  device: (host, port) => ({
    ...{ id: '1', code: 'press', protocol: 'modbus_tcp', mode: 'polled', timeout_ms: 400 },
    connection: connectionSchema.parse({ host, port }),
    points: [
      {
        ...plain,
        ...{ code: 'setpoint', data_type: 'uint16', writable: true, address: { ...place, address: 1 } },
      },
      {
        ...plain,
        ...{ code: 'temperature', data_type: 'int16', scale: 0.1, address: { ...place, address: 2 } },
      },
      { ...plain, code: 'zones', data_type: 'uint16', count: 2, address: { ...place, address: 3 } },
      { ...plain, code: 'count', data_type: 'uint32', address: { ...place, address: 500 } },
    ],
  }),
  startPeer,
  write: { point: 0, value: 77 },
  refused: { ...plain, code: 'beyond', data_type: 'uint16', address: { ...place, address: 6 } },
});
