import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { dialect1e, endCodes1e } from './dialect-1e.ts';
import { dialect3e, endCodes3e } from './dialect-3e.ts';
import type { PlcFault } from './plc-fault.ts';
import { PlcMemory } from './plc-memory.ts';
import type { Dialect, EndCodes, Heard, PlcRequest, Reply } from './plc-request.ts';

export type { PlcFault } from './plc-fault.ts';
export { PlcMemory } from './plc-memory.ts';

export interface PlcOptions {
  readonly host: string;
  /** 0 or unset takes a free one. */
  readonly port?: number;
  /** 3E and 4E are both understood by a port of either, as by PLCs. */
  readonly frame: '1E' | '3E' | '4E';
  readonly dataCode: 'binary' | 'ascii';
  /** Cells of devices by their symbol, where they are not the usual ones. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Most that it gives at once; those of the frame unless set. */
  readonly limits?: { readonly words?: number; readonly bits?: number };
  readonly onRequest?: (request: PlcRequest | undefined) => void;
}

/** A MELSEC PLC that answers over TCP. */
export interface Plc {
  readonly port: number;
  readonly memory: PlcMemory;
  /** Requests that it understood, of reads and of writes. */
  readonly requests: number;
  readonly openConnections: number;
  /** In place of the one before; undefined: sound again, but for connections that went half open. */
  setFault(fault: PlcFault | undefined): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export async function startPlc(options: PlcOptions): Promise<Plc> {
  const plc = new SimulatedPlc(options);
  await plc.listen(options.port ?? 0);
  return plc;
}

const garbage = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');

interface Connection {
  readonly socket: Socket;
  heard: Buffer;
  /** Sent in front of the next answer. */
  held: Buffer;
  isDead: boolean;
}

class SimulatedPlc implements Plc {
  readonly memory: PlcMemory;
  requests = 0;
  readonly #options: PlcOptions;
  readonly #dialect: Dialect;
  readonly #endCodes: EndCodes;
  readonly #limits: { readonly words: number; readonly bits: number };
  readonly #connections = new Set<Connection>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #server: Server;
  #fault: PlcFault | undefined;

  constructor(options: PlcOptions) {
    const { frame, dataCode, sizes, limits = {} } = options;
    this.#options = options;
    this.memory = new PlcMemory(sizes);
    this.#dialect = frame === '1E' ? dialect1e(dataCode) : dialect3e(dataCode);
    this.#endCodes = frame === '1E' ? endCodes1e : endCodes3e;
    const usual =
      frame === '1E' ? { words: 256, bits: 256 } : { words: 960, bits: dataCode === 'ascii' ? 3_584 : 7_168 };
    this.#limits = { ...usual, ...limits };
    this.#server = createServer((socket) => this.#take(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, this.#options.host);
    await once(this.#server, 'listening');
  }

  setFault(fault: PlcFault | undefined): void {
    this.#fault = fault;
    if (fault?.kind === 'refuse_connections')
      for (const { socket } of this.#connections) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { socket } of this.#connections) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#fault?.kind === 'refuse_connections') {
      socket.resetAndDestroy();
      return;
    }
    const connection: Connection = { socket, heard: Buffer.alloc(0), held: Buffer.alloc(0), isDead: false };
    this.#connections.add(connection);
    socket.setNoDelay(true);
    socket.on('close', () => this.#connections.delete(connection));
    socket.on('data', (bytes) => {
      if (connection.isDead) return;
      connection.heard = Buffer.concat([connection.heard, bytes]);
      this.#hearAll(connection);
    });
  }

  #hearAll(connection: Connection): void {
    while (connection.heard.length > 0 && !connection.isDead) {
      const heard = this.#dialect(connection.heard);
      if (heard.kind === 'more') return;
      connection.heard = connection.heard.subarray(heard.length);
      this.#serve(connection, heard);
    }
  }

  #serve(connection: Connection, { request, endCode, reply }: Extract<Heard, { kind: 'request' }>): void {
    if (request) this.requests += 1;
    this.#options.onRequest?.(request);
    const { socket } = connection;
    const fault = this.#fault;
    if (!fault || fault.kind === 'refuse_connections') {
      this.#send(connection, request ? this.#carryOut(request, reply) : reply.refuse(endCode));
      return;
    }
    const sound = () => (request ? this.#carryOut(request, reply) : reply.refuse(endCode));
    switch (fault.kind) {
      case 'silence':
        return;
      case 'half_open':
        connection.isDead = true;
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'end_code':
        this.#send(connection, reply.refuse(fault.code));
        return;
      case 'busy':
        this.#send(connection, reply.refuse(this.#endCodes.busy));
        return;
      case 'slow':
        this.#sendAfter(connection, sound(), fault.delay_ms);
        return;
      case 'late_reply':
        if (fault.delay_ms === undefined) connection.held = sound();
        else this.#sendAfter(connection, sound(), fault.delay_ms);
        return;
      case 'garbage':
        this.#send(connection, garbage);
        return;
      default:
        this.#send(connection, spoilt(fault, sound(), reply));
    }
  }

  #carryOut({ device, number, count, isInBits, values }: PlcRequest, reply: Reply): Buffer {
    const { symbol, unit } = device;
    // Bit devices in words of 16.
    const cells = unit === 'bit' && !isInBits ? count * 16 : count;
    const most = isInBits ? this.#limits.bits : this.#limits.words;
    if (count === 0 || count > most) return reply.refuse(this.#endCodes.tooMany);
    if (values) {
      const written = cells === count ? values : values.flatMap(bitsOfWord);
      return this.memory.write(symbol, number, written)
        ? reply.answer([])
        : reply.refuse(this.#endCodes.beyond);
    }
    const read = this.memory.read(symbol, number, cells, Date.now());
    if (!read) return reply.refuse(this.#endCodes.beyond);
    return reply.answer(cells === count ? [...read] : wordsOfBits([...read]));
  }

  #send(connection: Connection, bytes: Buffer): void {
    const { socket, held } = connection;
    connection.held = Buffer.alloc(0);
    if (!socket.destroyed) socket.write(Buffer.concat([held, bytes]));
  }

  #sendAfter(connection: Connection, bytes: Buffer, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#send(connection, bytes);
    }, ms);
    this.#timers.add(timer);
  }
}

type SpoilingFault = Extract<
  PlcFault,
  { kind: 'doubled' | 'wrong_serial' | 'wrong_station' | 'wrong_length' | 'truncated' }
>;

function spoilt(fault: SpoilingFault, answer: Buffer, reply: Reply): Buffer {
  switch (fault.kind) {
    case 'doubled':
      return Buffer.concat([answer, answer]);
    case 'wrong_serial':
      return reply.spoilt(answer, 'serial');
    case 'wrong_station':
      return reply.spoilt(answer, 'station');
    case 'wrong_length':
      return reply.resized(answer, fault.bytes);
    case 'truncated':
      return answer.subarray(0, fault.bytes ?? Math.ceil(answer.length / 2));
    default:
      return fault satisfies never;
  }
}

function bitsOfWord(word: number): number[] {
  return Array.from({ length: 16 }, (_, index) => (word >> index) & 1);
}

/** Sixteen bits as a word, the first one the lowest. */
function wordsOfBits(bits: readonly number[]): number[] {
  return Array.from({ length: bits.length / 16 }, (_, word) =>
    bits.slice(word * 16, word * 16 + 16).reduce((sum, on, index) => sum | (on << index), 0),
  );
}
