import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type DeviceBus, type RawBlock, ReadFailure, type ReadRequest } from '../ports.ts';
import { ModbusTcpConnection, transactionIds } from './modbus-tcp-connection.ts';

/** How long a device may take to close its side; it comes off the time of the read that renews the connection. */
const closePatienceMs = 200;

export interface ModbusTcpBusOptions {
  readonly host: string;
  readonly port: number;
  /**
   * Asked right before a request's bytes leave, because connecting may have taken long, or the process may have
   * been stopped while it connected. False: nothing is sent, the connection is closed, the read fails with `connection`.
   */
  readonly mayRequest?: () => boolean;
}

/**
 * `DeviceBus` for Modbus TCP. Connects when it has to. It never repeats a request by itself, not even when the
 * device has closed an idle connection: each request needs the caller's say-so, who may no longer own the device.
 */
export class ModbusTcpBus implements DeviceBus {
  readonly #options: ModbusTcpBusOptions;
  #connection: ModbusTcpConnection | undefined;
  #inFlight: AbortController | undefined;
  /** Not where the process before this one started, whose answers may still be on their way. */
  #nextTransactionId = randomInt(transactionIds);

  constructor(options: ModbusTcpBusOptions) {
    this.#options = options;
  }

  async read(request: ReadRequest): Promise<RawBlock> {
    if (this.#inFlight) {
      throw new ReadFailure('connection', 'another read is in flight on this endpoint');
    }
    const inFlight = new AbortController();
    this.#inFlight = inFlight;
    const deadlineMs = performance.now() + request.timeoutMs;
    const timer = setTimeout(() => inFlight.abort(timedOut(request)), request.timeoutMs);
    try {
      const block = await this.#exchange(request, deadlineMs, inFlight.signal);
      // A process that was stopped and continued sees the reply before its timers do: a late reply is not the
      // device's state of now.
      if (performance.now() > deadlineMs) throw timedOut(request);
      return block;
    } catch (error) {
      const failure = inFlight.signal.aborted ? inFlight.signal.reason : error;
      if (failure instanceof ReadFailure && failure.missCause === 'exception') throw failure;
      this.#drop('an earlier read failed');
      throw failure instanceof ReadFailure ? failure : connectionFailure(failure);
    } finally {
      clearTimeout(timer);
      this.#inFlight = undefined;
    }
  }

  async write(): Promise<void> {
    throw new ReadFailure('connection', 'this adapter cannot write', { wasSent: false });
  }

  disconnect(): void {
    this.#inFlight?.abort(new ReadFailure('connection', 'disconnected by the collector'));
    this.#drop('disconnected by the collector');
  }

  /** Every promise in here settles as soon as the signal aborts. */
  async #exchange(request: ReadRequest, deadlineMs: number, signal: AbortSignal): Promise<RawBlock> {
    if (this.#connection?.isUsable && this.#connection.isUsedUp) {
      await this.#connection.close(Math.min(closePatienceMs, request.timeoutMs / 2), signal);
    }
    if (!this.#connection?.isUsable) {
      this.#drop('the connection is renewed');
      if (signal.aborted) throw signal.reason;
      const socket = await openSocket(this.#options, signal);
      this.#connection = new ModbusTcpConnection(socket, this.#nextTransactionId);
    }
    const connection = this.#connection;
    if (performance.now() > deadlineMs) throw timedOut(request);
    if (this.#options.mayRequest?.() === false) {
      throw new ReadFailure('connection', 'not sent: the right to read this device has ended');
    }
    const onAbort = (): void => connection.destroy('given up');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await connection.read(request);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #drop(reason: string): void {
    if (!this.#connection) return;
    this.#connection.destroy(reason);
    this.#nextTransactionId = this.#connection.nextTransactionId;
    this.#connection = undefined;
  }
}

/** @throws ReadFailure `connection`, or the signal's reason */
function openSocket({ host, port }: ModbusTcpBusOptions, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    const onAbort = (): void => {
      // A connect that nobody answers, or a name lookup, reports its end late or never.
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = (): void => signal.removeEventListener('abort', onAbort);
    // Stays on the socket for good: an error event without a listener ends the process.
    socket.on('error', (error) => {
      settled();
      reject(connectionFailure(error));
    });
    socket.once('connect', () => {
      settled();
      resolve(socket);
    });
  });
}

function timedOut(request: ReadRequest): ReadFailure {
  return new ReadFailure('timeout', `no answer within ${request.timeoutMs} ms`);
}

function connectionFailure(error: unknown): ReadFailure {
  return new ReadFailure('connection', error instanceof Error ? describe(error) : String(error), {
    cause: error,
  });
}

/** A host name with several addresses fails with an AggregateError whose own message is empty. */
function describe(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (first instanceof Error ? first.message : error.name);
}
