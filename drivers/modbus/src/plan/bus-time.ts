import { isBitTable, type RegisterTable } from '../layout/point-layout.ts';

/** One read request of a plan. */
export interface PlannedRead {
  readonly table: RegisterTable;
  /** Registers, or bits. */
  readonly quantity: number;
}

/** The speed of a bus: how long a request takes, or what its time is reckoned from. */
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
      /** Time that measured requests took, in ms: no request is reckoned shorter. */
      readonly atLeastMs?: number;
    };

/** Unit id, function code, address, quantity, CRC. */
const rtuRequestBytes = 8;
/** Unit id, function code, byte count, CRC. */
const rtuReplyOverheadBytes = 5;
/** Modbus over serial line 1.02, 2.5.1.1: above 19,200 baud the silence between frames is fixed. */
const fixedSilenceAboveBaud = 19_200;
const fixedSilenceMs = 1.75;

/** Time of one read on its bus in ms, with the pause that its device wants after it. */
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
