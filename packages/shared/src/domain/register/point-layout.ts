export const registerTables = ['coil', 'discrete_input', 'input_register', 'holding_register'] as const;
export type RegisterTable = (typeof registerTables)[number];

export const dataTypes = ['bool', 'int16', 'uint16', 'int32', 'uint32', 'float32'] as const;
export type DataType = (typeof dataTypes)[number];

/** Order of the bytes of a 32-bit value on the wire; A is the most significant. 16-bit values read AB or BA. */
export const byteOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof byteOrders)[number];

/** What decides how a point lies in its table; a PointConfig has all of it. */
export interface PointLayout {
  readonly table: RegisterTable;
  readonly data_type: DataType;
  readonly byte_order: ByteOrder;
  /** engineering value = raw × scale + offset; booleans are left alone. */
  readonly scale: number;
  readonly offset: number;
}

export function isBitTable(table: RegisterTable): boolean {
  return table === 'coil' || table === 'discrete_input';
}

/** Registers, or bits of a bit table, that the point occupies from its address on. */
export function pointWidth(point: Pick<PointLayout, 'table' | 'data_type'>): 1 | 2 {
  if (isBitTable(point.table)) return 1;
  switch (point.data_type) {
    case 'bool':
    case 'int16':
    case 'uint16':
      return 1;
    case 'int32':
    case 'uint32':
    case 'float32':
      return 2;
    default:
      return point.data_type satisfies never;
  }
}
