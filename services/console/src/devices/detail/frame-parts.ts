export const frameParts = [
  'transaction',
  'protocol',
  'length',
  'unit',
  'function',
  'exception',
  'address',
  'quantity',
  'count',
  'data',
  'crc',
] as const;
export type FramePart = (typeof frameParts)[number];

export interface FrameField {
  readonly part: FramePart;
  /** Hexadecimal, a space between bytes. */
  readonly bytes: string;
}

/**
 * The fields of a frame that reads something, as far as it came. What is no such frame is data from its first strange byte on.
 * @param hex without spaces
 */
export function fieldsOfFrame(hex: string, direction: 'sent' | 'received', protocol: string): FrameField[] {
  const bytes = hex.match(/../g) ?? [];
  const fields: FrameField[] = [];
  let at = 0;
  const take = (part: FramePart, count: number) => {
    const taken = bytes.slice(at, at + count);
    at += taken.length;
    if (taken.length > 0) fields.push({ part, bytes: taken.join(' ').toUpperCase() });
  };
  if (!protocol.startsWith('modbus_')) {
    take('data', bytes.length);
    return fields;
  }
  const isTcp = protocol === 'modbus_tcp';
  if (isTcp) for (const part of ['transaction', 'protocol', 'length'] as const) take(part, 2);
  take('unit', 1);
  const answered = Number.parseInt(bytes[at] ?? '', 16);
  take('function', 1);
  // The two bytes at the end of a frame on a serial line.
  const left = () => Math.max(0, bytes.length - at - (isTcp ? 0 : 2));
  if (answered > 0x80) take('exception', 1);
  else if (direction === 'sent') {
    take('address', 2);
    take('quantity', 2);
  } else take('count', 1);
  take('data', left());
  if (!isTcp) take('crc', 2);
  take('data', bytes.length);
  return fields;
}
