import type { RegisterTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { isBitTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { packBits, type UnitMemory, type WritableTable } from './unit-memory.ts';

/** A value that moves: where it is, and what is there at a time. */
export interface MovingCells {
  readonly table: RegisterTable;
  readonly address: number;
  readonly width: number;
  /** @param present what is there now: a value that is a part of a register leaves the rest of it alone */
  readonly rawAt: (nowMs: number, present: readonly number[]) => readonly (number | boolean)[];
}

/** Fixed cells of one table: the first address, and the raw values from there on. */
export interface FixedCells {
  readonly table: RegisterTable;
  readonly address: number;
  readonly values: readonly number[];
  readonly isWritable: boolean;
}

export interface TableMemoryOptions {
  readonly fixed: readonly FixedCells[];
  readonly moving: readonly (MovingCells & { readonly isWritable: boolean })[];
  /** True: undescribed addresses are read as 0, as on many devices; false: they do not exist. */
  readonly holesAreZero: boolean;
  /** A device that takes no writes at all answers with another exception than one that protects an address. */
  readonly isReadOnly: boolean;
}

/** The memory that a plant file describes, held in wire format: an answer is a copy of a piece of it. */
export function tableMemory(options: TableMemoryOptions): UnitMemory {
  const tables = new Map<RegisterTable, Table>();
  for (const { table, address, width, values } of [
    ...options.fixed.map((cells) => ({ ...cells, width: cells.values.length })),
    ...options.moving.map((cells) => ({ ...cells, values: undefined })),
  ]) {
    const end = address + width;
    const of = tables.get(table) ?? new Table(isBitTable(table), options.holesAreZero);
    tables.set(table, of);
    of.growTo(end);
    values?.forEach((value, index) => {
      of.set(address + index, value);
    });
  }
  for (const { table, address, width, isWritable } of [
    ...options.fixed.map((cells) => ({ ...cells, width: cells.values.length })),
    ...options.moving,
  ]) {
    tables.get(table)?.mark(address, width, isWritable);
  }
  for (const cells of options.moving)
    tables.get(cells.table)?.moving.push({ ...cells, movedAtMs: undefined });

  const read: UnitMemory['read'] = (table, address, quantity, nowMs) =>
    tables.get(table)?.read(address, quantity, nowMs);
  if (options.isReadOnly) return { read };
  return {
    read,
    write: (table: WritableTable, address, values) => tables.get(table)?.write(address, values) ?? false,
  };
}

const isThere = 1;
const isWritableToo = 2;

class Table {
  readonly moving: (MovingCells & { movedAtMs: number | undefined })[] = [];
  readonly #isBits: boolean;
  readonly #holesAreZero: boolean;
  /** A bit is a byte of 0 or 1, a register two bytes in the order of the wire. */
  #content: Buffer = Buffer.alloc(0);
  #marks = new Uint8Array();

  constructor(isBits: boolean, holesAreZero: boolean) {
    this.#isBits = isBits;
    this.#holesAreZero = holesAreZero;
  }

  growTo(end: number): void {
    if (end <= this.#marks.length) return;
    const content = Buffer.alloc(this.#isBits ? end : end * 2);
    this.#content.copy(content);
    this.#content = content;
    const marks = new Uint8Array(end);
    marks.set(this.#marks);
    this.#marks = marks;
  }

  set(address: number, value: number): void {
    if (this.#isBits) this.#content[address] = value ? 1 : 0;
    else this.#content.writeUInt16BE(value & 0xffff, address * 2);
  }

  mark(address: number, width: number, isWritable: boolean): void {
    this.#marks.fill(isWritable ? isThere | isWritableToo : isThere, address, address + width);
  }

  read(address: number, quantity: number, nowMs: number): Buffer | undefined {
    const end = address + quantity;
    if (end > this.#marks.length) return undefined;
    if (!this.#holesAreZero && this.#marks.subarray(address, end).includes(0)) return undefined;
    this.#move(address, end, nowMs);
    return this.#isBits
      ? packBits(this.#content.subarray(address, end))
      : this.#content.subarray(address * 2, end * 2);
  }

  /** A value that a client has written moves no more. */
  write(address: number, values: readonly number[]): boolean {
    const end = address + values.length;
    if (end > this.#marks.length) return false;
    for (let at = address; at < end; at++) if (!((this.#marks[at] ?? 0) & isWritableToo)) return false;
    values.forEach((value, index) => {
      this.set(address + index, value);
    });
    for (let index = this.moving.length - 1; index >= 0; index--) {
      const cells = this.moving[index];
      if (cells && cells.address < end && cells.address + cells.width > address) this.moving.splice(index, 1);
    }
    return true;
  }

  #move(address: number, end: number, nowMs: number): void {
    for (const cells of this.moving) {
      if (cells.address >= end || cells.address + cells.width <= address || cells.movedAtMs === nowMs)
        continue;
      cells.movedAtMs = nowMs;
      const present = this.#isBits
        ? []
        : Array.from({ length: cells.width }, (_, at) =>
            this.#content.readUInt16BE((cells.address + at) * 2),
          );
      cells.rawAt(nowMs, present).forEach((value, index) => {
        this.set(cells.address + index, Number(value));
      });
    }
  }
}
