import { RefusedPoints } from '@holdfast/driver/refused-points.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ModbusPoint } from '../layout/modbus-device.ts';
import type { RegisterTable } from '../layout/point-layout.ts';
import { isBitTable, pointWidth } from '../layout/point-layout.ts';
import { tableName } from '../layout/table-name.ts';
import { modbusText } from '../texts.ts';
import { mergedRanges, withoutRanges } from './narrowed-limits.ts';
import type { AddressRange, ReadCut, ReadLimits } from './plan-reads.ts';
import type { ReportedLimits } from './reported-limits.ts';

/** Refusals, with a pause between them, that confirm a lesson: a device that starts up also refuses, but not for long. */
const refusalsThatConfirm = 2;

/**
 * The lessons of a device's refusals, for the life of its poller: points that it does not have, places that no request
 * may span, and largest reads below those of its configuration.
 */
export class LearnedLimits {
  readonly #refused: RefusedPoints<ModbusPoint>;
  readonly #takenApart = new Set<string>();
  readonly #cuts: ReadCut[] = [];
  readonly #holes: AddressRange[] = [];
  #maxRegisters = Number.POSITIVE_INFINITY;
  #maxBits = Number.POSITIVE_INFINITY;
  #version = 0;
  /** Undefined when the reported limits have to be computed again. */
  #toldOnce: { readonly limits: ReportedLimits | undefined } | undefined;

  constructor(firstPauseMs?: number) {
    this.#refused = new RefusedPoints(firstPauseMs);
  }

  /** Rises whenever plans must be rebuilt. */
  get version(): number {
    return this.#version;
  }

  isRefused(code: string): boolean {
    return this.#refused.has(code);
  }

  refusedCount(): number {
    return this.#refused.size;
  }

  /** A request for this point alone was refused. */
  refuse(point: ModbusPoint, answer: Text, nowMs: number): void {
    if (this.#refused.refuse(point, answer, nowMs)) this.#version += 1;
    this.#toldOnce = undefined;
  }

  /** The point was read after all. */
  accept(code: string): void {
    if (this.#refused.accept(code)) this.#changed();
  }

  /** The device had refused everything and no longer does: its refusals until then do not count. */
  acceptAll(): void {
    if (this.#refused.size === 0) return;
    this.#refused.clear();
    this.#changed();
  }

  /** Forgets everything, because the device was replaced or repaired: all is requested again. */
  forget(): void {
    this.#refused.clear();
    this.#takenApart.clear();
    this.#cuts.length = 0;
    this.#holes.length = 0;
    this.#maxRegisters = Number.POSITIVE_INFINITY;
    this.#maxBits = Number.POSITIVE_INFINITY;
    this.#changed();
  }

  /** Part of this array can be read: from now on its values are points of their own. */
  takeApart(code: string): void {
    this.#takenApart.add(code);
    this.#changed();
  }

  isTakenApart(code: string): boolean {
    return this.#takenApart.has(code);
  }

  /** Both sides of this address can be read, but not in one request over the hole. */
  cut(cut: ReadCut, hole: AddressRange): void {
    this.#cuts.push(cut);
    this.#holes.push(hole);
    this.#changed();
  }

  /** Notes how many registers or bits the device gives at once; it has refused more. */
  limit(table: RegisterTable, quantity: number): void {
    if (isBitTable(table)) this.#maxBits = Math.min(this.#maxBits, quantity);
    else this.#maxRegisters = Math.min(this.#maxRegisters, quantity);
    this.#changed();
  }

  /** Takes over the limits of another plan of the device. Refused points are asked for alone: they may exist by now. */
  teach(limits: ReportedLimits): void {
    if (limits.max_registers) this.limit('holding_register', limits.max_registers);
    if (limits.max_bits) this.limit('coil', limits.max_bits);
    for (const { table, from, to } of limits.excluded) {
      for (const address of [from, to + 1]) this.cut({ table, address }, { table, from, to });
    }
  }

  limits(configured: ReadLimits): ReadLimits {
    return {
      ...configured,
      maxRegisters: Math.min(configured.maxRegisters, this.#maxRegisters),
      maxBits: Math.min(configured.maxBits, this.#maxBits),
    };
  }

  /** The places that no request may span, including every refused point. */
  cuts(): ReadCut[] {
    const around = this.#refused.all().flatMap(({ point }) =>
      Array.from({ length: pointWidth(point) }, (_, index) => ({
        table: point.table,
        address: point.address + index,
      })),
    );
    return [...this.#cuts, ...around];
  }

  answerTo(code: string): Text | undefined {
    return this.#refused.answerTo(code);
  }

  /** Whether it is time to look whether the point can be read by now. */
  isProbeDue(code: string, nowMs: number): boolean {
    return this.#refused.isProbeDue(code, nowMs);
  }

  /** One line for each thing learned, for people. */
  describe(most: number): Text[] {
    const lines: Text[] = [];
    if (this.#maxRegisters < Number.POSITIVE_INFINITY) {
      lines.push(driverText('refuses_to_read_more', { setting: 'max_registers', most: this.#maxRegisters }));
    }
    if (this.#maxBits < Number.POSITIVE_INFINITY) {
      lines.push(driverText('refuses_to_read_more', { setting: 'max_bits', most: this.#maxBits }));
    }
    for (const { table, address } of this.#cuts) {
      lines.push(modbusText('cannot_be_read_across', { table: tableName(table), address }));
    }
    for (const { point, answer } of this.#refused.all()) {
      const { code, table, address } = point;
      lines.push(modbusText('refused_point', { point: code, table: tableName(table), address, why: answer }));
    }
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), driverText('and_more', { count: lines.length - most + 1 })];
  }

  /**
   * The lessons as settings that spare the device these requests without costing it other points.
   * @param points all points that are read of the device, including refused ones
   * @returns undefined when nothing was learned, or nothing that a setting can express
   */
  asSettings(points: readonly ModbusPoint[]): ReportedLimits | undefined {
    this.#toldOnce ??= { limits: this.#tell(points) };
    return this.#toldOnce.limits;
  }

  #tell(points: readonly ModbusPoint[]): ReportedLimits | undefined {
    const remaining = points.filter(({ code }) => !this.#refused.has(code));
    const maxRegisters = toldLimit(
      this.#maxRegisters,
      remaining.filter(({ table }) => !isBitTable(table)),
    );
    const maxBits = toldLimit(
      this.#maxBits,
      remaining.filter(({ table }) => isBitTable(table)),
    );
    // A device that refuses everything says nothing of its registers.
    const refused = remaining.length === 0 ? [] : this.#refused.all();
    const readable = remaining.map(rangeOf);
    const excluded = (isConfirmed: boolean) =>
      withoutRanges(
        mergedRanges([
          ...(isConfirmed ? this.#holes : []),
          ...refused
            .filter(({ refusals }) => refusals >= refusalsThatConfirm === isConfirmed)
            .map(({ point }) => rangeOf(point)),
        ]),
        readable,
      ).map((range) => ({ ...range, is_confirmed: isConfirmed }));
    const limits = {
      ...(maxRegisters === undefined ? {} : { max_registers: maxRegisters }),
      ...(maxBits === undefined ? {} : { max_bits: maxBits }),
      excluded: [...excluded(true), ...excluded(false)],
    };
    const isNothing = maxRegisters === undefined && maxBits === undefined && limits.excluded.length === 0;
    return isNothing ? undefined : limits;
  }

  #changed(): void {
    this.#toldOnce = undefined;
    this.#version += 1;
  }
}

/** The limit as a setting: never below the widest value, which could then not be read at all. */
function toldLimit(limit: number, points: readonly ModbusPoint[]): number | undefined {
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  return points.reduce((widest, point) => Math.max(widest, widthOfValue(point)), limit);
}

/** Registers or bits of one value: an array can be read in parts. */
function widthOfValue(point: ModbusPoint): number {
  return pointWidth({ ...point, count: undefined });
}

function rangeOf(point: ModbusPoint): AddressRange {
  return { table: point.table, from: point.address, to: point.address + pointWidth(point) - 1 };
}
