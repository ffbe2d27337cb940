import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A client that knows bytes only: what it sees is what was sent. */
export interface RawClient {
  readonly stream: Duplex;
  send(hex: string): void;
  /** The next `bytes` bytes, as hexadecimal digits. Rejects when the stream ends before. */
  read(bytes: number): Promise<string>;
  /** Bytes that came and were not read. */
  unread(): number;
  close(): void;
  /** Resolves when the connection has ended, in whatever way. */
  readonly closed: Promise<void>;
}

export function rawClient(stream: Duplex): RawClient {
  let pending: Buffer = Buffer.alloc(0);
  let isOver = false;
  let wake: () => void = () => {};
  stream.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    wake();
  });
  stream.on('error', () => {});
  const end = (): void => {
    isOver = true;
    wake();
  };
  stream.on('end', end).on('close', end);
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return {
    stream,
    closed,
    send: (hex) => void stream.write(Buffer.from(hex.replaceAll(' ', ''), 'hex')),
    read: async (bytes) => {
      while (pending.length < bytes) {
        if (isOver) throw new Error(`ended after ${pending.toString('hex')}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const chunk = pending.subarray(0, bytes);
      pending = pending.subarray(bytes);
      return chunk.toString('hex');
    },
    unread: () => pending.length,
    close: () => void stream.destroy(),
  };
}

/** @throws when it is refused */
export async function rawTcpClient(port: number): Promise<RawClient & { readonly stream: Socket }> {
  // Bytes that are written together must arrive together: half a frame, held back for an acknowledgement, would be noise.
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return rawClient(socket) as RawClient & { readonly stream: Socket };
}
