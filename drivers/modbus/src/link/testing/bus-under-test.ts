import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Plant, type ReceivedRequest, startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import type { ReadRequest } from '../../layout/requests.ts';
import type { DeviceBus } from '../device-bus.ts';
import { ReadFailure } from '../read-failure.ts';
import { type DeviceBusOptions, openBus } from './open-bus.ts';

export const cleanUps: (() => unknown)[] = [];
/** Ends what the test started, last first. */
export async function cleanUp(): Promise<void> {
  for (const end of cleanUps.splice(0).reverse()) await end();
}

/** Holding register n holds n + 1000; coil n is on when n is odd. */
export async function startDevice(
  maxConnections = 10,
): Promise<{ plant: Plant; bus: DeviceBus; requests: ReceivedRequest[] }> {
  const requests: ReceivedRequest[] = [];
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: [
        {
          code: 'press',
          unitId: 1,
          maxConnections,
          tables: {
            holding_register: (address) => (address < 500 ? address + 1000 : undefined),
            input_register: new Map([[7, 77]]),
            coil: (address) => address % 2 === 1,
            discrete_input: (address) => address % 3 === 0,
          },
        },
      ],
    },
    onRequest: (request) => requests.push(request),
  });
  cleanUps.push(() => plant.stop());
  return { plant, bus: busTo('127.0.0.1', plant.endpoints[0]?.port ?? 0), requests };
}

export function busTo(
  host: string,
  port: number,
  options: DeviceBusOptions & { framing?: 'mbap' | 'rtu' } = {},
): DeviceBus {
  const { framing = 'mbap', ...rest } = options;
  const bus = openBus({ kind: 'tcp', framing, host, port }, rest);
  cleanUps.push(() => bus.disconnect());
  return bus;
}

/** A peer that does what the test says; it hands over the n-th request since the start, as it came. */
export async function startPeer(
  onRequest: (socket: Socket, request: Buffer, n: number) => void,
  options: DeviceBusOptions & { allowHalfOpen?: boolean; framing?: 'mbap' | 'rtu' } = {},
): Promise<{ bus: DeviceBus; port: number; connections: Socket[] }> {
  const connections: Socket[] = [];
  let requests = 0;
  const server = createServer({ allowHalfOpen: options.allowHalfOpen ?? false }, (socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    socket.on('data', (request) => onRequest(socket, request, requests++));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const port = portOf(server);
  return { bus: busTo('127.0.0.1', port, options), port, connections };
}

export function portOf(server: { address(): unknown }): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null && 'port' in address) return Number(address.port);
  throw new Error('the server has no port');
}

/** Registers of a device that answers: by default its deadline passes only where the whole machine stands still. */
export function registers(address: number, quantity = 1, timeoutMs = 60_000): ReadRequest {
  return { unitId: 1, table: 'holding_register', address, quantity, timeoutMs };
}

/** The answer of a sound device with register n = n + 1000. */
export function soundReply(request: Buffer): Buffer {
  const quantity = request.readUInt16BE(10);
  const data = Buffer.alloc(quantity * 2);
  for (let i = 0; i < quantity; i++) data.writeUInt16BE(request.readUInt16BE(8) + i + 1000, i * 2);
  return mbapFrame(
    request.readUInt16BE(0),
    request.readUInt8(6),
    Buffer.concat([Buffer.of(3, data.length), data]),
  );
}

export function mbapFrame(transactionId: number, unitId: number, pdu: Buffer): Buffer {
  const header = Buffer.alloc(7);
  header.writeUInt16BE(transactionId & 0xffff, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unitId, 6);
  return Buffer.concat([header, pdu]);
}

export async function failureOf(reading: Promise<unknown>): Promise<ReadFailure> {
  const outcome = await reading.then(
    (value) => new Error(`got ${JSON.stringify(value)} instead of a failure`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof ReadFailure)) throw outcome;
  return outcome;
}
