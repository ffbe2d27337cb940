import type { UnreadValue } from '@holdfast/driver/driver.ts';
import type { ModbusDevice, ModbusPoint } from '../layout/modbus-device.ts';
import { isBitTable, pointWidth } from '../layout/point-layout.ts';
import type { UnreadablePoint } from './plan-reads.ts';

/** Why no request reads a point, in words. The caller adds `at` for each of its values. */
export function whyUnread(
  { max_bits, max_registers }: Pick<ModbusDevice, 'max_bits' | 'max_registers'>,
  { point, reason }: UnreadablePoint<ModbusPoint>,
): UnreadValue {
  const why = { at: -1, detail: `${point.code}: ${reason}`, isRefused: false };
  switch (reason) {
    case 'wider_than_device_limit': {
      const largest = isBitTable(point.table)
        ? `${max_bits} bits (max_bits)`
        : `${max_registers} registers (max_registers)`;
      const explanation = `takes ${pointWidth(point)}, and the largest block that is read of the device has ${largest}`;
      return { ...why, explanation, limit: 'largest_block' };
    }
    case 'excluded':
      return {
        ...why,
        explanation: "lies in a range that the device's profile excludes",
        limit: 'excluded_range',
      };
    case 'beyond_table_end':
      return { ...why, explanation: 'goes beyond the last address of its table' };
    default:
      return reason satisfies never;
  }
}
