import { once } from 'node:events';
import { connect } from 'node:net';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import { openDeviceBus } from '@holdfast/driver-modbus/link/open-device-bus.ts';
import modbusSerial from 'modbus-serial';
import { InvalidMeasurement } from '../benchmark.ts';

/** Reads `quantity` holding registers from address 0 on, again and again. */
export interface ReadLoop {
  /** Resolves when so many reads are answered. @throws InvalidMeasurement when an answer is not right */
  run(reads: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenReadLoop = (port: number, quantity: number) => Promise<ReadLoop>;

const host = '127.0.0.1';

/** The least that a read costs in Node: a ready request is written, and the next one when enough bytes have come. */
export const bareSocketLoop: OpenReadLoop = async (port, quantity) => {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  const request = Buffer.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, quantity >>> 8, quantity & 0xff);
  const replyBytes = 9 + quantity * 2;
  let readsLeft = 0;
  let received = 0;
  let done: () => void = () => undefined;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received < replyBytes) return;
    received -= replyBytes;
    readsLeft -= 1;
    if (readsLeft > 0) socket.write(request);
    else done();
  });
  return {
    run: (reads) =>
      new Promise((resolve) => {
        readsLeft = reads;
        done = resolve;
        socket.write(request);
      }),
    close: async () => void socket.destroy(),
  };
};

/** Awaits one read after the other, as a user of the library would; sets a timeout, without which it can hang. */
export const modbusSerialLoop: OpenReadLoop = async (port, quantity) => {
  const client = new modbusSerial.default();
  await client.connectTCP(host, { port });
  client.setID(1);
  client.setTimeout(1_000);
  return {
    run: async (reads) => {
      for (let index = 0; index < reads; index += 1) {
        const { data } = await client.readHoldingRegisters(0, quantity);
        if (data[quantity - 1] !== quantity - 1) throw new InvalidMeasurement('a register has another value');
      }
    },
    close: async () => client.destroy(() => undefined),
  };
};

/** The collector's bus, with a deadline, every check of the reply and the permission asked for each request. */
export const deviceBusLoop: OpenReadLoop = async (port, quantity) => {
  const bus = openDeviceBus(
    { kind: 'tcp', framing: 'mbap', host, port },
    openLinkHost({ mayRequest: () => true }),
  );
  const request = { unitId: 1, table: 'holding_register', address: 0, quantity, timeoutMs: 1_000 } as const;
  return {
    run: async (reads) => {
      for (let index = 0; index < reads; index += 1) {
        const { values } = await bus.read(request);
        if (values[quantity - 1] !== quantity - 1)
          throw new InvalidMeasurement('a register has another value');
      }
    },
    close: async () => bus.disconnect(),
  };
};
