import type { Socket } from 'node:net';
import modbusSerial from 'modbus-serial';
import { type RawBlock, ReadFailure, type ReadRequest } from '../ports.ts';
import { exceptionInWords } from './modbus-exception.ts';
import { replyFault } from './reply-frame.ts';

/** A Modbus exception answers exactly this request, so the connection is as good as before. */
type Settle = (outcome: RawBlock | ReadFailure, connectionIs: 'sound' | 'broken') => void;

interface Exchange {
  readonly request: ReadRequest;
  readonly transactionId: number;
  readonly received: Buffer[];
  readonly settle: Settle;
}

/**
 * modbus-serial numbers its transactions 0…255 and keeps each one for ever: on its 257th request a reply that
 * belongs to the first is taken for the new one's.
 */
const requestsPerConnection = 200;
export const transactionIds = 256;

/**
 * One open socket with modbus-serial on it, one request at a time. The socket is ours, not the library's: a reset
 * or a close by the peer ends the request at once (the library would wait), `destroy` settles what is pending
 * (the library's own `destroy` and `close` may never call back, so neither is used), and every byte is seen.
 * There is no deadline in here; the caller has it and calls `destroy`.
 */
export class ModbusTcpConnection {
  readonly #socket: Socket;
  readonly #client = new modbusSerial.default();
  #exchange: Exchange | undefined;
  #requestsLeft = requestsPerConnection;
  #isUsable = true;
  #nextTransactionId: number;

  /**
   * @param socket connected, with no other reader; its errors are handled from here on
   * @param firstTransactionId where the connection before left off, see `nextTransactionId`
   */
  constructor(socket: Socket, firstTransactionId: number) {
    this.#socket = socket;
    this.#nextTransactionId = firstTransactionId;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.destroy(error.message, error));
    socket.on('end', () => {
      if (this.#isUsable) this.destroy('the device closed the connection');
    });
    socket.on('close', () => this.destroy('the connection was closed'));
    // Without a timeout of its own and with an open socket, linking calls back before it returns.
    this.#client.linkTCP(socket, { port: socket.remotePort ?? 0 }, () => {});
    this.#client.on('error', () => {});
    setTransactionId(this.#client, firstTransactionId);
  }

  /**
   * The library starts each connection at 1. A gateway that gives a late answer to whoever is connected by then
   * would so answer the new connection's first request with the value of the old one's. Going on counting leaves
   * 255 requests for such an answer to arrive.
   */
  get nextTransactionId(): number {
    return this.#nextTransactionId;
  }

  /** False once anything went wrong or it was closed. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Nothing is wrong, but one more request would come too near to the wrap of the transaction ids. */
  get isUsedUp(): boolean {
    return this.#requestsLeft === 0;
  }

  /** @throws ReadFailure `connection` or `exception` */
  read(request: ReadRequest): Promise<RawBlock> {
    this.#requestsLeft -= 1;
    const transactionId = this.#nextTransactionId;
    this.#nextTransactionId = (transactionId + 1) % transactionIds;
    return new Promise((resolve, reject) => {
      const exchange: Exchange = {
        request,
        transactionId,
        received: [],
        settle: (outcome, connectionIs) => {
          if (this.#exchange !== exchange) return;
          this.#exchange = undefined;
          if (outcome instanceof ReadFailure) reject(outcome);
          else resolve(outcome);
          if (connectionIs === 'broken') this.destroy('an earlier request failed');
        },
      };
      this.#exchange = exchange;
      try {
        this.#send(exchange);
      } catch (error) {
        this.#failBroken(exchange, 'the request could not be sent', error);
      }
    });
  }

  /** Fails the pending read with `connection` and closes the socket now. Idempotent. */
  destroy(reason: string, cause?: unknown): void {
    this.#isUsable = false;
    this.#exchange?.settle(new ReadFailure('connection', reason, { cause }), 'broken');
    this.#socket.destroy();
  }

  /**
   * Ends a connection that has nothing in flight and lets the device end it too: one that serves a single
   * connection turns the next one away for as long as it has this one (each renewal cost a read without it).
   * Resolves when the socket is closed, at the latest after `patienceMs` or when the signal aborts.
   */
  close(patienceMs: number, signal: AbortSignal): Promise<void> {
    this.#isUsable = false;
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        this.#socket.off('close', finish);
        this.destroy('closed');
        resolve();
      };
      const timer = setTimeout(finish, patienceMs);
      signal.addEventListener('abort', finish, { once: true });
      this.#socket.once('close', finish);
      if (this.#socket.destroyed || signal.aborted) finish();
      else this.#socket.end();
    });
  }

  #send(exchange: Exchange): void {
    const { unitId, table, address, quantity } = exchange.request;
    const onReply = (error: Error | null, reply: { data: number[] | boolean[] } | undefined): void =>
      this.#onReply(exchange, error, reply?.data);
    switch (table) {
      case 'coil':
        this.#client.writeFC1(unitId, address, quantity, onReply);
        break;
      case 'discrete_input':
        this.#client.writeFC2(unitId, address, quantity, onReply);
        break;
      case 'holding_register':
        this.#client.writeFC3(unitId, address, quantity, onReply);
        break;
      case 'input_register':
        this.#client.writeFC4(unitId, address, quantity, onReply);
        break;
      default:
        table satisfies never;
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#exchange) this.#exchange.received.push(chunk);
    // A late second reply, or noise: either way what follows cannot be trusted.
    else this.destroy('the device sent data that nobody asked for');
  }

  #onReply(exchange: Exchange, error: Error | null, data: number[] | boolean[] | undefined): void {
    const exceptionCode = exceptionCodeOf(error);
    if (error && exceptionCode === undefined) {
      this.#failBroken(exchange, error.message, error);
      return;
    }
    // The library calls back while it reads the chunk, perhaps before this class has counted it, and there may be
    // more in the chunk: judge when all of it has been seen.
    queueMicrotask(() => {
      const fault = replyFault(Buffer.concat(exchange.received), exchange, exceptionCode !== undefined);
      if (exceptionCode !== undefined) {
        const failure = new ReadFailure('exception', exceptionInWords(exceptionCode), {
          cause: error,
          exceptionCode,
        });
        exchange.settle(failure, fault ? 'broken' : 'sound');
      } else if (fault) {
        this.#failBroken(exchange, `malformed reply: ${fault}`);
      } else {
        exchange.settle(asBlock(exchange.request, data ?? []), 'sound');
      }
    });
  }

  #failBroken(exchange: Exchange, reason: string, cause?: unknown): void {
    exchange.settle(new ReadFailure('connection', reason, { cause }), 'broken');
  }
}

/**
 * The library has no public way. Should its inside change, each reply's id is checked against our own count:
 * then every read fails, loudly.
 */
function setTransactionId(client: object, transactionId: number): void {
  const port: unknown = Reflect.get(client, '_port');
  if (typeof port === 'object' && port !== null) Reflect.set(port, '_transactionIdWrite', transactionId);
}

function exceptionCodeOf(error: Error | null): number | undefined {
  if (error && 'modbusCode' in error && typeof error.modbusCode === 'number') return error.modbusCode;
  return undefined;
}

function asBlock(request: ReadRequest, data: readonly (number | boolean)[]): RawBlock {
  switch (request.table) {
    case 'coil':
    case 'discrete_input':
      // Replies carry whole bytes; the bits after the last one asked for are padding.
      return { kind: 'bits', values: data.slice(0, request.quantity).map(Boolean) };
    case 'holding_register':
    case 'input_register':
      return { kind: 'registers', values: data.map(Number) };
    default:
      return request.table satisfies never;
  }
}
