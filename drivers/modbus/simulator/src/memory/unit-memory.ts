import type { RegisterTable } from '@holdfast/driver-modbus/layout/point-layout.ts';

export type WritableTable = 'coil' | 'holding_register';

/** The cells of one unit. A request is served at one time (ms since 1970), so that its registers belong together. */
export interface UnitMemory {
  /** Data of a reply as it goes over the wire, without the byte count; undefined unless all of the cells exist. */
  read(table: RegisterTable, address: number, quantity: number, nowMs: number): Buffer | undefined;
  /**
   * All or nothing: false when any of the cells does not exist or may not be written. Coils are 0 or 1.
   * Missing: the device takes no writes.
   */
  readonly write?: (
    table: WritableTable,
    address: number,
    values: readonly number[],
    nowMs: number,
  ) => boolean;
}

export function packBits(values: ArrayLike<number | boolean>): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8));
  for (let index = 0; index < values.length; index++) {
    if (values[index]) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bytes;
}
