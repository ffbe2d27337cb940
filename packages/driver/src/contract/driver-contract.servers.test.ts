import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type ContractPeer, driverContract } from './driver.contract.ts';
import { lineDriver } from './testing/line-driver.ts';

async function startPeer(): Promise<ContractPeer> {
  const registers = new Map([1, 2, 3].map((register) => [register, register * 10]));
  const sockets = new Set<Socket>();
  let requests = 0;
  const answer = (line: string): string => {
    requests += 1;
    const [number, kind, ...rest] = line.split(' ');
    const numbers = rest.map(Number);
    if (kind !== 'W') return `${number} ${numbers.map((register) => registers.get(register)).join(' ')}\n`;
    registers.set(numbers[0] ?? 0, numbers[1] ?? 0);
    return `${number} OK\n`;
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const line of bytes.toString('latin1').split('\n').filter(Boolean)) socket.write(answer(line));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    requests: () => requests,
    change: () => {
      for (const [register, value] of registers) registers.set(register, value + 1_000);
    },
    holds: () => ({ a: registers.get(1) ?? 0, b: (registers.get(2) ?? 0) / 10, c: registers.get(3) ?? 0 }),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const point = { data_type: 'int32', scale: 1, offset: 0 } as const;

driverContract('lines', {
  driver: lineDriver,
  device: (host, port) => ({
    id: '1',
    code: 'toy',
    protocol: 'lines',
    mode: 'polled',
    timeout_ms: 400,
    connection: { host, port, at_once: 2 },
    points: [
      { ...point, code: 'a', address: 1, writable: true },
      { ...point, code: 'b', address: 2, scale: 0.1 },
      { ...point, code: 'c', address: 3 },
    ],
  }),
  startPeer,
  write: { point: 0, value: 77 },
});
