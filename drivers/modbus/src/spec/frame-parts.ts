import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { type FrameDirection, type FramePart, FrameParts } from '@holdfast/driver/frame-parts.ts';
import type { ModbusProtocol } from '../layout/connection.ts';

export const framePartWords = {
  transaction: both('transaction', '事务号'),
  protocol: both('protocol', '协议'),
  length: both('length', '长度'),
  unit: both('unit', '站号'),
  function: both('function', '功能码'),
  exception: both('exception', '异常码'),
  address: both('address', '地址'),
  quantity: both('quantity', '数量'),
  count: both('bytes', '字节数'),
  data: both('data', '数据'),
  crc: both('check sum', 'CRC 校验'),
} as const satisfies Readonly<Record<string, InBoth>>;

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
