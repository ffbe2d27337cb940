import { pointWidth, valueCodes } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { arrayValues } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import type {
  HeardBytes,
  ReadPoint,
  ReadRequestReport,
  RequestFailure,
} from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { isBusy, isFailureOfDevice, isRefusal } from '../polling/device-requests.ts';
import { type DeviceBus, type RawBlock, ReadFailure, type ReadPlace, type ReadRequest } from '../ports.ts';
import { decodedPoint, type Unread } from './read-point.ts';

export interface RequestsOfReadingOptions {
  readonly device: DeviceConfig;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** The rest of the time for the reading. */
  readonly leftMs: () => number;
}

/** Hexadecimal digits that are told of one reading: with the values they go into one message, and a broker takes 1 MiB. */
const mostHeard = 128 * 1_024;

/** The outcome of the requests of one reading, value by value. */
export class RequestsOfReading {
  readonly reports: ReadRequestReport[] = [];
  readonly found = new Map<string, ReadPoint>();
  /** By code of a value: how its last request failed. */
  readonly failed = new Map<string, Unread>();
  /** Failed values whose requests say all there is to say: to ask again would bring no more. */
  readonly settled = new Map<string, Unread>();
  /** Whether the device has answered anything, be it with an exception. */
  hasAnswered = false;
  /** One that was read, by which the device shows whether it still answers. */
  known: PointConfig | undefined;
  readonly #options: RequestsOfReadingOptions;
  /** By code of a value: the rounds in which it was asked for in vain. */
  readonly #failures = new Map<string, Set<number>>();
  #round = 0;
  #heardLength = 0;

  constructor(options: RequestsOfReadingOptions) {
    this.#options = options;
  }

  beginRound(): void {
    this.#round += 1;
  }

  /** The bus for as long as the reading may take, with an eye on what comes over it. */
  over(bus: DeviceBus): DeviceBus {
    return {
      read: (request) => this.#read(bus, request),
      write: (request) => bus.write(request),
      disconnect: () => bus.disconnect(),
    };
  }

  failuresOf(code: string): number {
    return this.#failures.get(code)?.size ?? 0;
  }

  /** How much is known by now: what a round adds to it is its progress. */
  get knownCount(): number {
    return this.found.size + this.settled.size;
  }

  async #read(bus: DeviceBus, request: ReadRequest): Promise<RawBlock> {
    const { nowMs, leftMs } = this.#options;
    const startedMs = nowMs();
    const timeoutMs = Math.min(request.timeoutMs, Math.max(1, Math.floor(leftMs())));
    const sinceMs = () => Math.round((nowMs() - startedMs) * 10) / 10;
    const heard: HeardBytes[] = [];
    const report = (error: string, failure?: RequestFailure) => {
      const { table, address, quantity } = request;
      const isKept = this.#hear(heard);
      this.reports.push({
        ...{ table, address, quantity },
        ...{ ms: sinceMs(), error },
        ...(failure && { failure }),
        ...(isKept && { heard }),
      });
    };
    try {
      const onBytes = (direction: HeardBytes['direction'], bytes: Uint8Array) =>
        heard.push({ direction, ms: sinceMs(), bytes: Buffer.from(bytes).toString('hex') });
      const raw = await bus.read({ ...request, timeoutMs, onBytes });
      report('');
      this.#keep(request, raw);
      return raw;
    } catch (error) {
      report((error as Error).message, error instanceof ReadFailure ? kindOf(error) : undefined);
      if (error instanceof ReadFailure) this.#note(request, error, timeoutMs);
      throw error;
    }
  }

  /** Whether there is room for these bytes, too. */
  #hear(heard: readonly HeardBytes[]): boolean {
    this.#heardLength += heard.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return this.#heardLength <= mostHeard;
  }

  #keep(request: ReadRequest, raw: RawBlock): void {
    this.hasAnswered = true;
    for (const point of this.#within(request)) {
      const from = point.address - request.address;
      for (const read of decodedPoint(point, raw.values.slice(from, from + pointWidth(point)))) {
        this.found.set(read.code, read);
      }
      this.known = point;
    }
  }

  #note(request: ReadRequest, failure: ReadFailure, timeoutMs: number): void {
    const isAnswer = failure.missCause === 'exception' && !isFailureOfDevice(failure);
    if (isAnswer) this.hasAnswered = true;
    const why = this.#whyOf(request, failure, timeoutMs);
    for (const point of this.#within(request)) {
      for (const code of valueCodes(point)) {
        this.failed.set(code, why);
        // Which part is refused is found out by other requests.
        if (isAnswer && isRefusal(failure)) continue;
        if (isAnswer && !isBusy(failure)) this.settled.set(code, why);
        const rounds = this.#failures.get(code) ?? new Set();
        this.#failures.set(code, rounds.add(this.#round));
      }
    }
  }

  #whyOf({ timeoutMs: deviceMs }: ReadRequest, failure: ReadFailure, timeoutMs: number): Unread {
    const { message } = failure;
    if (isBusy(failure)) {
      const retries = this.#options.device.profile?.busy_retries ?? 2;
      return {
        detail: `${message}, also after ${retries} retries (its busy_retries)`,
        met_limit: 'busy_retries',
      };
    }
    if (failure.missCause !== 'timeout') return { detail: message };
    return timeoutMs < deviceMs
      ? {
          detail: `${message}, when the time of the test was over; the device's timeout_ms is ${deviceMs}`,
          met_limit: 'test_time',
        }
      : { detail: `${message}, the device's timeout_ms`, met_limit: 'device_timeout' };
  }

  /** The points that the request reads whole; of an array that it reads in part, those values. */
  #within({ table, address, quantity }: ReadPlace): PointConfig[] {
    const isWithin = (point: PointConfig) =>
      point.table === table &&
      point.address >= address &&
      point.address + pointWidth(point) <= address + quantity;
    return this.#options.device.points.flatMap((point) => {
      if (isWithin(point)) return [point];
      return point.table === table && point.count !== undefined ? arrayValues(point).filter(isWithin) : [];
    });
  }
}

function kindOf(failure: ReadFailure): RequestFailure {
  return failure.missCause === 'exception' && isFailureOfDevice(failure) ? 'gateway' : failure.missCause;
}
