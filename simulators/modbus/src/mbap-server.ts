import { createServer, type Server, type Socket } from 'node:net';

export interface MbapRequest {
  readonly connectionId: number;
  readonly unitId: number;
  readonly pdu: Buffer;
}

/** What happens to one request. Bytes of `raw` go out as they are. */
export type MbapAnswer =
  | { readonly kind: 'reply'; readonly pdu: Buffer; readonly afterMs?: number }
  | { readonly kind: 'raw'; readonly bytes: Buffer }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reset' };

export interface MbapServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Connections beyond this are closed as they come, as many PLCs do. */
  readonly maxConnections?: number;
  readonly answer: (request: MbapRequest) => MbapAnswer;
  readonly nextConnectionId: () => number;
}

export interface MbapServer {
  readonly port: number;
  openConnections(): number;
  /** Resets what is open and frees the port. Idempotent. */
  stop(): Promise<void>;
}

const headerBytes = 7;
/** Unit id and the largest protocol data unit. */
const largestLength = 254;

/** Modbus TCP framing of our own, so that a fault is exactly what it says. @throws when the port is taken */
export async function startMbapServer(options: MbapServerOptions): Promise<MbapServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, options);
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  await listen(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');

  let stopped: Promise<void> | undefined;
  return {
    port: address.port,
    openConnections: () => sockets.size,
    stop: () => {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.resetAndDestroy();
      });
      return stopped;
    },
  };
}

function listen(server: Server, { host, port }: MbapServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function serve(socket: Socket, options: MbapServerOptions): void {
  const connectionId = options.nextConnectionId();
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= headerBytes) {
      const protocolId = pending.readUInt16BE(2);
      const length = pending.readUInt16BE(4);
      if (protocolId !== 0 || length < 2 || length > largestLength) {
        // The specification lets a server drop what is no Modbus; without a length there is no way back in step.
        socket.resetAndDestroy();
        return;
      }
      const frameBytes = headerBytes - 1 + length;
      if (pending.length < frameBytes) return;
      const frame = pending.subarray(0, frameBytes);
      pending = pending.subarray(frameBytes);
      const request = { connectionId, unitId: frame.readUInt8(6), pdu: frame.subarray(headerBytes) };
      send(socket, frame.readUInt16BE(0), request.unitId, options.answer(request));
    }
  });
}

function send(socket: Socket, transactionId: number, unitId: number, answer: MbapAnswer): void {
  switch (answer.kind) {
    case 'nothing':
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'raw':
      socket.write(answer.bytes);
      return;
    case 'reply': {
      const frame = mbapFrame(transactionId, unitId, answer.pdu);
      if (answer.afterMs === undefined) {
        socket.write(frame);
        return;
      }
      const timer = setTimeout(() => socket.write(frame), answer.afterMs);
      socket.once('close', () => clearTimeout(timer));
      return;
    }
    default:
      answer satisfies never;
  }
}

export function mbapFrame(transactionId: number, unitId: number, pdu: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(transactionId, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unitId, 6);
  return Buffer.concat([header, pdu]);
}
