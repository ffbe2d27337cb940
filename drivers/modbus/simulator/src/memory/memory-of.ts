import { isBitTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { type RegisterImage, readImage } from './register-image.ts';
import { packBits, type UnitMemory } from './unit-memory.ts';

export function memoryOf(tables: RegisterImage | UnitMemory): UnitMemory {
  return 'read' in tables ? tables : imageMemory(tables);
}

/** The memory of a device whose values come from code. It takes no writes. */
function imageMemory(image: RegisterImage): UnitMemory {
  return {
    read: (table, address, quantity, nowMs) => {
      const values = readImage(image, table, address, quantity, nowMs);
      if (!values) return undefined;
      if (isBitTable(table)) return packBits(values);
      const bytes = Buffer.allocUnsafe(quantity * 2);
      values.forEach((value, index) => {
        bytes.writeUInt16BE(Number(value) & 0xffff, index * 2);
      });
      return bytes;
    },
  };
}
