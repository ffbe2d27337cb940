import type { Channel, ChannelEvents } from '@holdfast/driver/channel.ts';
import type { ReadRequest, WriteRequest } from '../../layout/requests.ts';
import type { DeviceBus } from '../device-bus.ts';
import { ModbusBus } from '../modbus-bus.ts';
import { ReadFailure } from '../read-failure.ts';
import { RtuFraming } from '../rtu-framing.ts';
import type { RtuLine } from '../rtu-line.ts';
import { readRtuRequest, rtuFrame } from './rtu-frames.ts';

/** A request as a device of the line got it. */
export interface SentRequest {
  readonly n: number;
  readonly atMs: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
}

/** The fate of one request: each field is something that devices, gateways and wires do. */
export interface Fate {
  readonly afterMs: number;
  readonly exception?: number | undefined;
  /** Nothing comes back. */
  readonly isLost?: boolean | undefined;
  readonly damage?: ((frame: Buffer) => Buffer) | undefined;
  /** As unit 0. */
  readonly asUnit?: number | undefined;
}

const largeByte = 256;

/**
 * A line of RTU frames with several units, on real or fake timers. Each unit serves one request after the other, so
 * its answers come in order. Every register of an answer holds the number of the request that it answers.
 */
export class SimulatedLine {
  readonly sent: SentRequest[] = [];
  echoes = false;
  fate: (request: SentRequest) => Fate = () => ({ afterMs: 5 });
  #events: ChannelEvents | undefined;
  readonly #freeAtMs = new Map<number, number>();

  busOn(line: RtuLine, keepsOpen: boolean, mayRequest?: () => boolean): ModbusBus {
    return new ModbusBus({
      open: (events) => this.#open(events),
      framing: new RtuFraming(),
      ...{ line, keepsOpen, mayRequest },
    });
  }

  #open(events: ChannelEvents): Channel {
    setTimeout(() => {
      if (isClosed) return;
      this.#events = events;
      events.onOpen();
    }, 1);
    let isClosed = false;
    return {
      write: (frame) => this.#receive(frame),
      close: (_gently, onGone) => {
        isClosed = true;
        if (this.#events === events) this.#events = undefined;
        onGone();
      },
    };
  }

  #receive(frame: Buffer): void {
    const request = { n: this.sent.length, atMs: performance.now(), ...readRtuRequest(frame) };
    this.sent.push(request);
    if (this.echoes) setTimeout(() => this.#deliver(frame), 0);
    const { afterMs, isLost, damage = (bytes) => bytes, ...rest } = this.fate(request);
    // A request that takes long holds up what comes after it.
    const atMs = Math.max(request.atMs + afterMs, (this.#freeAtMs.get(request.unitId) ?? 0) + 2);
    if (isLost) return;
    this.#freeAtMs.set(request.unitId, atMs);
    const answer = damage(answerOf(request, rest));
    setTimeout(() => this.#deliver(answer), atMs - request.atMs);
  }

  #deliver(bytes: Buffer): void {
    if (bytes.length > 0) this.#events?.onBytes(bytes, bytes.length);
  }
}

function answerOf(
  { n, unitId, functionCode, address, quantity }: SentRequest,
  { exception, asUnit = unitId }: Pick<Fate, 'exception' | 'asUnit'>,
): Buffer {
  if (exception !== undefined) return rtuFrame(asUnit, Buffer.of(functionCode + 0x80, exception));
  if (functionCode > 4) {
    const pdu = Buffer.alloc(5);
    pdu[0] = functionCode;
    pdu.writeUInt16BE(address, 1);
    pdu.writeUInt16BE(quantity, 3);
    return rtuFrame(asUnit, pdu);
  }
  const isBits = functionCode < 3;
  const data = Buffer.alloc(isBits ? Math.ceil(quantity / 8) : quantity * 2);
  for (let at = 0; at < data.length; at += 2) {
    if (at + 1 < data.length) data.writeUInt16BE(n, at);
    else data[at] = n % largeByte;
  }
  return rtuFrame(asUnit, Buffer.concat([Buffer.of(functionCode, data.length), data]));
}

/** Judges each operation with the line's own record: which request a value answers, and when it was over. */
export class CheckingBus implements DeviceBus {
  readonly wrong: string[] = [];
  readonly #bus: DeviceBus;
  readonly #line: SimulatedLine;
  good = 0;

  constructor(bus: DeviceBus, line: SimulatedLine) {
    this.#bus = bus;
    this.#line = line;
  }

  async read(request: ReadRequest): Promise<Awaited<ReturnType<DeviceBus['read']>>> {
    const first = this.#line.sent.length;
    const beganMs = performance.now();
    try {
      const block = await this.#bus.read(request);
      const { n } = this.#line.sent.findLast(
        ({ unitId, address, quantity }) =>
          unitId === request.unitId && address === request.address && quantity === request.quantity,
      ) ?? { n: -1 };
      const [answers] = block.values;
      if (block.kind === 'registers' && (answers !== n || n < first)) {
        // A marker after the request may read the same place: then either of the two counts as the request.
        const its = this.#line.sent[Number(answers)];
        const isIts =
          Number(answers) >= first &&
          its?.unitId === request.unitId &&
          its.address === request.address &&
          its.quantity === request.quantity;
        if (!isIts)
          this.wrong.push(
            `${beganMs}: unit ${request.unitId} ${request.address}+${request.quantity} got ${answers} (${JSON.stringify(its)}), not ${n}`,
          );
      }
      this.good += 1;
      return block;
    } finally {
      this.#judgeTime(beganMs, request.timeoutMs);
    }
  }

  async write(request: WriteRequest): Promise<void> {
    const beganMs = performance.now();
    try {
      await this.#bus.write(request);
    } finally {
      this.#judgeTime(beganMs, request.timeoutMs);
    }
  }

  disconnect(): void {
    this.#bus.disconnect();
  }

  #judgeTime(beganMs: number, timeoutMs: number): void {
    const tookMs = performance.now() - beganMs;
    if (tookMs > timeoutMs + 250) this.wrong.push(`took ${tookMs} ms of ${timeoutMs}`);
  }
}

export const isReadFailure = (error: unknown): error is ReadFailure => error instanceof ReadFailure;
