import type { UnreadValue } from '@holdfast/driver/driver.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ModbusDevice, ModbusPoint } from '../layout/modbus-device.ts';
import { isBitTable, pointWidth } from '../layout/point-layout.ts';
import { modbusText } from '../texts.ts';
import type { UnreadablePoint } from './plan-reads.ts';

/** Why no request reads a point, in words. The caller adds `at` for each of its values. */
export function whyUnread(
  { max_bits, max_registers }: Pick<ModbusDevice, 'max_bits' | 'max_registers'>,
  { point, reason }: UnreadablePoint<ModbusPoint>,
): UnreadValue {
  const why = (explanation: Text) => ({
    ...{ at: -1, explanation, isRefused: false },
    detail: driverText('of_point', { point: point.code, why: explanation }),
  });
  switch (reason) {
    case 'wider_than_device_limit': {
      const largest = isBitTable(point.table)
        ? { most: max_bits, unit: driverText('unit_bits'), setting: 'max_bits' }
        : { most: max_registers, unit: driverText('unit_registers'), setting: 'max_registers' };
      const explanation = driverText('wider_than_largest_block', { count: pointWidth(point), ...largest });
      return { ...why(explanation), limit: 'largest_block' };
    }
    case 'excluded':
      return { ...why(modbusText('in_excluded_range')), limit: 'excluded_range' };
    case 'beyond_table_end':
      return why(modbusText('beyond_table_end'));
    default:
      return reason satisfies never;
  }
}
