import type { Frame } from '@holdfast/driver-melsec/layout/connection.ts';
import { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import { ListenerFaults } from '@holdfast/plant/faults/listener-faults.ts';
import { sendFaulty } from '@holdfast/plant/faults/send-faulty.ts';
import type { ConnectionRules, Framing, Link } from '@holdfast/plant/lines/link.ts';
import { openTcpLine, type TcpLine } from '@holdfast/plant/lines/tcp-line.ts';
import { seededRandom, seedOf } from '@holdfast/plant/seeded-random.ts';
import type { FaultStatus } from '@holdfast/plant/simulator.ts';
import { dialect1e, endCodes1e } from './dialect-1e.ts';
import { dialect3e, endCodes3e } from './dialect-3e.ts';
import type { Fault } from './fault.ts';
import { faultyAnswer } from './faulty-answer.ts';
import { PlcMemory } from './plc-memory.ts';
import type { Dialect, EndCodes, ParsedBytes, ParsedRequest, PlcRequest, Reply } from './plc-request.ts';

export type { Fault } from './fault.ts';

export interface PlcOptions {
  readonly host: string;
  /** 0 or unset takes a free one. */
  readonly port?: number;
  /** A port for 3E or 4E understands both, as real PLCs do. */
  readonly frame: Frame;
  readonly dataCode: 'binary' | 'ascii';
  /** An empty one of the usual size unless given. */
  readonly memory?: PlcMemory;
  /** The most that one read gives; the limits of the frame unless set. */
  readonly limits?: { readonly words?: number | undefined; readonly bits?: number | undefined };
  /** Each answer takes `fixedMs` and, at random, up to `jitterMs` more. */
  readonly latency?: { readonly fixedMs: number; readonly jitterMs: number };
  /** Unset: any number. */
  readonly maxConnections?: number | undefined;
  /** The treatment of one connection more; it is closed unless set. */
  readonly otherConnections?: ConnectionRules['others'] | undefined;
  readonly planned?: PlannedFaults;
  /** Unique in the plant, for each connection. */
  readonly nextLinkId?: () => number;
  /** Called with everything that is heard; undefined stands for bytes that are no request. */
  readonly onRequest?: (request: PlcRequest | undefined, link: Link) => void;
}

/** Faults that come by themselves. The random ones always fall in the same way for the same name. */
export interface PlannedFaults {
  readonly name: string;
  readonly faults: readonly Fault[];
  /** ms since 1970, from which they count. */
  readonly since: number;
}

/** A MELSEC PLC that answers over TCP. */
export interface Plc {
  readonly port: number;
  readonly memory: PlcMemory;
  /** Requests that it understood, of reads and of writes. */
  readonly requests: number;
  readonly openConnections: number;
  /**
   * Replaces the fault before; undefined: sound again, but for planned faults and for connections that went half open.
   * Resolves when the connections follow the change.
   */
  setFault(fault: Fault | undefined): Promise<void>;
  /** The fault that was set, or else a planned one while it acts. */
  shownFault(): FaultStatus<Fault> | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}

/** @throws when the port is taken */
export async function startPlc(options: PlcOptions): Promise<Plc> {
  const plc = new SimulatedPlc(options);
  await plc.open();
  return plc;
}

class SimulatedPlc implements Plc {
  readonly memory: PlcMemory;
  requests = 0;
  readonly #options: PlcOptions;
  readonly #dialect: Dialect;
  readonly #endCodes: EndCodes;
  readonly #limits: PlcLimits;
  readonly #faults: FaultBoard<Fault>;
  readonly #listenerFaults: ListenerFaults;
  readonly #random: () => number;
  #line: TcpLine | undefined;

  constructor(options: PlcOptions) {
    const { frame, dataCode, memory = new PlcMemory(), limits, planned } = options;
    const { name, faults, since } = planned ?? { name: '', faults: [], since: 0 };
    this.#options = options;
    this.memory = memory;
    this.#dialect = frame === '1E' ? dialect1e(dataCode) : dialect3e(dataCode);
    this.#endCodes = frame === '1E' ? endCodes1e : endCodes3e;
    const usual =
      frame === '1E' ? { words: 256, bits: 256 } : { words: 960, bits: dataCode === 'ascii' ? 3_584 : 7_168 };
    this.#limits = { words: limits?.words ?? usual.words, bits: limits?.bits ?? usual.bits };
    this.#faults = new FaultBoard(name, faults, since);
    this.#listenerFaults = new ListenerFaults([this.#faults], () => this.#line);
    this.#random = seededRandom(seedOf(name, 1));
  }

  get port(): number {
    return this.#line?.port ?? 0;
  }

  get openConnections(): number {
    return this.#line?.openConnections() ?? 0;
  }

  async open(): Promise<void> {
    const { host, port = 0, maxConnections, otherConnections: others } = this.#options;
    let links = 0;
    this.#line = await openTcpLine({
      ...{ host, port },
      framing: () => framingOf(this.#dialect),
      rules: () => this.#listenerFaults.rules({ maxConnections, ...(others ? { others } : {}) }),
      nextLinkId: this.#options.nextLinkId ?? (() => ++links),
      onRequest: (link, request) => this.#serve(link, request),
    });
    await this.#listenerFaults.changed();
  }

  async setFault(fault: Fault | undefined): Promise<void> {
    if (fault) this.#faults.set(fault, Date.now());
    else this.#faults.clear();
    await this.#listenerFaults.changed();
  }

  shownFault(): FaultStatus<Fault> | undefined {
    return this.#faults.current(Date.now());
  }

  async close(): Promise<void> {
    this.#listenerFaults.stop();
    await this.#line?.stop();
  }

  #serve(link: Link, { request, endCode, loopback, reply }: ParsedRequest): void {
    if (request) this.requests += 1;
    this.#options.onRequest?.(request, link);
    if (link.held) link.send(link.held);
    link.held = undefined;
    const plc = { memory: this.memory, limits: this.#limits, endCodes: this.#endCodes };
    const sound = () => {
      if (request) return carryOut(request, reply, plc);
      return loopback ?? reply.refuse(endCode);
    };
    const fault = this.#faults.hitting(Date.now());
    const answer = fault
      ? faultyAnswer(fault, reply, sound, this.#endCodes.busy)
      : ({ kind: 'bytes', bytes: sound(), delayMs: 0 } as const);
    sendFaulty(link, answer, this.#latencyMs(), (bytes, afterMs) => {
      if (afterMs < 1) link.send(bytes);
      else link.sendAfter(bytes, afterMs);
    });
  }

  #latencyMs(): number {
    const { fixedMs = 0, jitterMs = 0 } = this.#options.latency ?? {};
    return jitterMs === 0 ? fixedMs : fixedMs + this.#random() * jitterMs;
  }
}

function framingOf(dialect: Dialect): Framing<ParsedRequest> {
  let line = Buffer.alloc(0);
  return {
    take: (chunk) => {
      line = Buffer.concat([line, chunk]);
      const requests: ParsedRequest[] = [];
      while (line.length > 0) {
        const parsed: ParsedBytes = dialect(line);
        if (parsed.kind === 'more') break;
        line = line.subarray(parsed.length);
        requests.push(parsed);
      }
      return { requests, broken: false };
    },
  };
}

interface PlcLimits {
  readonly words: number;
  readonly bits: number;
}

/** Does what a request asks for. @returns the answer */
function carryOut(
  { device, number, count, isInBits, values }: PlcRequest,
  reply: Reply,
  plc: { readonly memory: PlcMemory; readonly limits: PlcLimits; readonly endCodes: EndCodes },
): Buffer {
  const { memory, limits, endCodes } = plc;
  const { symbol, unit } = device;
  // Bit devices in words of 16.
  const cells = unit === 'bit' && !isInBits ? count * 16 : count;
  const most = isInBits ? limits.bits : limits.words;
  if (count === 0 || count > most) return reply.refuse(endCodes.tooMany);
  if (values) {
    const newCells = cells === count ? values : values.flatMap(bitsOfWord);
    return memory.write(symbol, number, newCells) ? reply.answer([]) : reply.refuse(endCodes.beyond);
  }
  const currentCells = memory.read(symbol, number, cells, Date.now());
  if (!currentCells) return reply.refuse(endCodes.beyond);
  return reply.answer(cells === count ? [...currentCells] : wordsOfBits([...currentCells]));
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
