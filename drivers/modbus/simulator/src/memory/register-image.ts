import type { RegisterTable } from '@holdfast/driver-modbus/layout/point-layout.ts';

/**
 * Content of one table: a fixed map, or a function of the address and the time (ms since 1970). A request is served at
 * one time, so that the two registers of a 32-bit value always belong together. Registers are 0…65535; bits are
 * booleans. What is undefined does not exist: exception 2.
 */
export type TableContent<T extends number | boolean> =
  | ReadonlyMap<number, T>
  | ((address: number, nowMs: number) => T | undefined);

export interface RegisterImage {
  readonly coil?: TableContent<boolean>;
  readonly discrete_input?: TableContent<boolean>;
  readonly input_register?: TableContent<number>;
  readonly holding_register?: TableContent<number>;
}

/** @returns undefined when the device lacks any of the registers */
export function readImage(
  image: RegisterImage,
  table: RegisterTable,
  address: number,
  quantity: number,
  nowMs: number,
): (number | boolean)[] | undefined {
  const content = image[table];
  if (!content) return undefined;
  const values: (number | boolean)[] = [];
  for (let at = address; at < address + quantity; at++) {
    const value = typeof content === 'function' ? content(at, nowMs) : content.get(at);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
