import { type FrameDirection, type FramePart, FrameParts } from '@holdfast/driver/frame-parts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ModbusProtocol } from '../layout/connection.ts';
import { modbusText } from '../texts.ts';

export const framePartWords = {
  transaction: modbusText('part_transaction'),
  protocol: modbusText('part_protocol'),
  length: modbusText('part_length'),
  unit: modbusText('part_unit'),
  function: modbusText('part_function'),
  exception: modbusText('part_exception'),
  address: modbusText('part_address'),
  quantity: modbusText('part_quantity'),
  count: modbusText('part_count'),
  data: modbusText('part_data'),
  crc: modbusText('part_crc'),
} as const satisfies Readonly<Record<string, Text>>;

/** The parts of a frame of a read. Any other frame is data from its first unexpected byte on. */
export function frameParts(
  bytes: Uint8Array,
  direction: FrameDirection,
  protocol: ModbusProtocol,
): readonly FramePart[] {
  const frame = new FrameParts(bytes);
  const take = (part: keyof typeof framePartWords, length?: number) => frame.take(part, length);
  const isTcp = protocol === 'modbus_tcp';
  if (isTcp) for (const part of ['transaction', 'protocol', 'length'] as const) take(part, 2);
  take('unit', 1);
  const [answered = 0] = take('function', 1);
  if (answered > 0x80) take('exception', 1);
  else if (direction === 'sent') {
    take('address', 2);
    take('quantity', 2);
  } else take('count', 1);
  // The CRC: the last two bytes of a frame on a serial line.
  if (!isTcp) {
    take('data', frame.bytesLeft - 2);
    take('crc', 2);
  }
  take('data');
  return frame.parts;
}
