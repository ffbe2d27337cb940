import { deviceOf, plcDevices } from '@holdfast/driver-melsec/layout/devices.ts';

/**
 * The cells of a device as they are at a time, in ms since 1970.
 * @param present what is there now: a value that is a part of a word leaves the rest of it alone
 */
export type Motion = (nowMs: number, present: readonly number[]) => readonly number[];

interface Moving {
  readonly number: number;
  readonly width: number;
  readonly at: Motion;
}

/** Cells of each device unless configured otherwise; ZR, D and W have more. */
const usualSize = 8_192;
const sizes: Readonly<Record<string, number>> = { D: 12_288, W: 8_192, R: 32_768, ZR: 65_536 };

/** The devices of a simulated PLC: words of 16 bits, and bits as 0 and 1. */
export class PlcMemory {
  readonly #cells = new Map<string, Uint16Array>();
  readonly #moving = new Map<string, Moving[]>();

  /** @param sizeOf cells of a device by its symbol; 0 for one that it does not have */
  constructor(sizeOf: Readonly<Partial<Record<string, number>>> = {}) {
    for (const { symbol } of plcDevices) {
      this.#cells.set(symbol, new Uint16Array(sizeOf[symbol] ?? sizes[symbol] ?? usualSize));
    }
  }

  /** @returns undefined unless all of the cells exist */
  read(symbol: string, number: number, count: number, nowMs: number): Uint16Array | undefined {
    const cells = this.#cells.get(symbol);
    if (!cells || number + count > cells.length) return undefined;
    for (const moving of this.#moving.get(symbol) ?? []) {
      if (moving.number < number + count && moving.number + moving.width > number) {
        const present = cells.slice(moving.number, moving.number + moving.width);
        this.set(symbol, moving.number, moving.at(nowMs, [...present]));
      }
    }
    return cells.slice(number, number + count);
  }

  /** A write by a client: the cells that it writes move no more. @returns false unless all of them exist */
  write(symbol: string, number: number, values: readonly number[]): boolean {
    const cells = this.#cells.get(symbol);
    if (!cells || number + values.length > cells.length) return false;
    const others = (this.#moving.get(symbol) ?? []).filter(
      (moving) => moving.number >= number + values.length || moving.number + moving.width <= number,
    );
    this.#moving.set(symbol, others);
    this.set(symbol, number, values);
    return true;
  }

  set(symbol: string, number: number, values: readonly number[]): void {
    const cells = this.#cells.get(symbol);
    if (!cells || number + values.length > cells.length)
      throw new RangeError(`${symbol}${number} is not there`);
    const isBit = deviceOf(symbol)?.unit === 'bit';
    values.forEach((value, index) => {
      cells[number + index] = isBit ? Number(value !== 0) : value;
    });
  }

  /** Makes these cells follow the time. */
  move(symbol: string, number: number, width: number, at: Motion): void {
    const others = this.#moving.get(symbol) ?? [];
    this.#moving.set(symbol, [...others, { number, width, at }]);
  }
}
