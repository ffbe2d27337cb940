import { type ContractPeer, driverContract } from '@holdfast/driver/contract/driver.contract.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import { startPlc } from '@holdfast/driver-melsec-simulator/plc.ts';
import { createDriver } from './driver.ts';
import { connectionSchema, type DataCode, type Frame, type MelsecConnection } from './layout/connection.ts';
import type { MelsecPlace } from './layout/place.ts';

async function startPeer(frame: Frame, dataCode: DataCode): Promise<ContractPeer> {
  const plc = await startPlc({ host: '127.0.0.1', frame, dataCode });
  const words = new Map([1, 2, 3, 4, 3_000, 3_001].map((number) => [number, number * 2]));
  const bits = new Map([10, 11].map((number) => [number, number % 2]));
  const fill = () => {
    for (const [number, word] of words) plc.memory.set('D', number, [word]);
    for (const [number, bit] of bits) plc.memory.set('M', number, [bit]);
  };
  fill();
  const word = (number: number) => plc.memory.read('D', number, 1, Date.now())?.[0] ?? 0;
  const bit = (number: number) => plc.memory.read('M', number, 1, Date.now())?.[0] === 1;
  return {
    port: plc.port,
    requests: () => plc.requests,
    change: () => {
      for (const [number] of words) words.set(number, word(number) + 1_000);
      for (const [number] of bits) bits.set(number, bit(number) ? 0 : 1);
      fill();
    },
    holds: () => ({
      setpoint: word(1),
      temperature: word(2) / 10,
      'zones[0]': word(3),
      'zones[1]': word(4),
      count: word(3_001) * 65_536 + word(3_000),
      running: bit(10),
      door: bit(11),
    }),
    stop: () => plc.close(),
  };
}

const plain = { scale: 1, offset: 0 };
const at = (address: string) => ({ address: { address } });

// Each of the other three differs from one of these in its data code alone, which both-ways.property covers.
for (const [frame, data_code] of [
  ['1E', 'ascii'],
  ['3E', 'binary'],
  ['4E', 'ascii'],
] as const) {
  driverContract(`melsec, frames ${frame} in ${data_code}`, {
    driver: createDriver('melsec') as Driver<MelsecConnection, MelsecPlace>,
    device: (host, port) => ({
      ...{ id: '1', code: 'press', protocol: 'melsec', mode: 'polled', timeout_ms: 400 },
      connection: connectionSchema.parse({ host, port, frame, data_code }),
      points: [
        { ...plain, code: 'setpoint', data_type: 'uint16', writable: true, ...at('D1') },
        { ...plain, code: 'temperature', data_type: 'int16', scale: 0.1, ...at('D2') },
        { ...plain, code: 'zones', data_type: 'uint16', count: 2, ...at('D3') },
        { ...plain, code: 'count', data_type: 'uint32', ...at('D3000') },
        { ...plain, code: 'running', data_type: 'bool', ...at('M10') },
        { ...plain, code: 'door', data_type: 'bool', ...at('M11') },
      ],
    }),
    startPeer: () => startPeer(frame, data_code),
    write: { point: 0, value: 77 },
    refused: { ...plain, code: 'beyond', data_type: 'uint16', ...at('D99999') },
  });
}
