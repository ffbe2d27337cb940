import { isBitTable, type RegisterTable } from '../layout/point-layout.ts';

/** One read request of a plan. */
export interface PlannedRead {
  readonly table: RegisterTable;
  /** Registers, or bits. */
  readonly quantity: number;
}

/** Cost of a request on its way, apart from the bytes that it moves. */
export type BusSpeed =
  | {
      readonly kind: 'tcp';
      /** From the request's departure until the reply is complete, in ms. */
      readonly roundTripMs: number;
    }
  | {
      readonly kind: 'serial';
      readonly baudRate: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
      /** How long a device thinks before it answers, in ms. */
      readonly turnaroundMs: number;
      /** Time of the measured requests, in ms; requests reckoned shorter are taken to last as long. */
      readonly atLeastMs?: number;
    };

/** Unit id, function code, address, quantity, CRC. */
const rtuRequestBytes = 8;
/** Unit id, function code, byte count, CRC. */
const rtuReplyOverheadBytes = 5;
/** Modbus over serial line 1.02, 2.5.1.1: above 19,200 baud the silence between frames is fixed. */
const fixedSilenceAboveBaud = 19_200;
const fixedSilenceMs = 1.75;

/** ms that one read takes on its bus, with the pause that its device wants after it. */
export function readMs({ table, quantity }: PlannedRead, speed: BusSpeed, pauseMs: number): number {
  if (speed.kind === 'tcp') return speed.roundTripMs + pauseMs;
  const dataBytes = isBitTable(table) ? Math.ceil(quantity / 8) : quantity * 2;
  const bits = 1 + 8 + (speed.parity === 'none' ? 0 : 1) + speed.stopBits;
  const characterMs = (bits * 1_000) / speed.baudRate;
  const silenceMs = speed.baudRate > fixedSilenceAboveBaud ? fixedSilenceMs : 3.5 * characterMs;
  const bytes = rtuRequestBytes + rtuReplyOverheadBytes + dataBytes;
  const reckonedMs = bytes * characterMs + 2 * silenceMs + speed.turnaroundMs;
  return Math.max(reckonedMs, speed.atLeastMs ?? 0) + pauseMs;
}

/** The reads of one device on an endpoint. */
export interface DeviceLoad {
  readonly code: string;
  /** Share of the device's ticks. */
  readonly periodMs: number;
  /** ms of the bus in a tick in which all its points are due. */
  readonly fullTickMs: number;
  /** ms of the bus in a second, on average. */
  readonly msPerSecond: number;
}

export interface EndpointVerdict {
  /** 0 to 1 and beyond: how much of the time the bus is busy. */
  readonly busyShare: number;
  /** ms that it takes to read everything once. */
  readonly everythingOnceMs: number;
  readonly shortestPeriodMs: number;
  /**
   * `late_at_times`: there is time enough on the whole, but where everything is due at once it takes the shortest period or
   * longer, so that ticks of the fastest devices are missed then (overrun). `cannot_hold`: also when all of the time is taken
   * up, as nothing is left then in which one late answer could be caught up with.
   */
  readonly verdict: 'holds' | 'late_at_times' | 'cannot_hold';
}

/** True if one endpoint, which answers one request at a time, can serve all its devices. */
export function judgeEndpoint(devices: readonly DeviceLoad[]): EndpointVerdict {
  const busyShare = devices.reduce((sum, { msPerSecond }) => sum + msPerSecond, 0) / 1_000;
  const everythingOnceMs = devices.reduce((sum, { fullTickMs }) => sum + fullTickMs, 0);
  const shortestPeriodMs = devices.reduce(
    (shortest, { periodMs }) => Math.min(shortest, periodMs),
    Number.POSITIVE_INFINITY,
  );
  const verdict = isFull(busyShare)
    ? 'cannot_hold'
    : isFull(everythingOnceMs / shortestPeriodMs)
      ? 'late_at_times'
      : 'holds';
  return { busyShare, everythingOnceMs, shortestPeriodMs, verdict };
}

/** Sums of fractions miss the whole by a little. */
function isFull(share: number): boolean {
  return share >= 1 - 1e-9;
}
