import { asciiText, type FrameDirection, type FramePart, FrameParts } from '@holdfast/driver/frame-parts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import { melsecText } from '../texts.ts';

export const framePartWords = {
  subheader: melsecText('part_subheader'),
  serial: melsecText('part_serial'),
  fixed: melsecText('part_fixed'),
  network: melsecText('part_network'),
  pc: melsecText('part_pc'),
  module_io: melsecText('part_module_io'),
  module_station: melsecText('part_module_station'),
  length: melsecText('part_length'),
  timer: melsecText('part_timer'),
  command: melsecText('part_command'),
  subcommand: melsecText('part_subcommand'),
  device: melsecText('part_device'),
  number: melsecText('part_number'),
  points: melsecText('part_points'),
  end_code: melsecText('part_end_code'),
  abnormal_code: melsecText('part_abnormal_code'),
  data: melsecText('part_data'),
} as const satisfies Readonly<Record<string, Text>>;

/** The end code of 1E that an abnormal code follows. */
const withAbnormalCode = 0x5b;

/** The parts of a frame of a batch read or write, and of its answer. SH-080008, 5 and 18. */
export function frameParts(
  bytes: Uint8Array,
  direction: FrameDirection,
  { frame, data_code }: MelsecConnection,
): readonly FramePart[] {
  const isAscii = data_code !== 'binary';
  const parts = new FrameParts(bytes);
  /** @param length in binary. ASCII takes twice as many bytes, and is shown as its text. */
  const take = (part: keyof typeof framePartWords, length: number) =>
    numberIn(parts.take(part, isAscii ? length * 2 : length, isAscii ? asciiText : undefined), isAscii);
  const all = (...namedWidths: [keyof typeof framePartWords, number][]) => {
    for (const [part, length] of namedWidths) take(part, length);
  };
  const route = () => all(['network', 1], ['pc', 1], ['module_io', 2], ['module_station', 1]);
  const is1e = frame === '1E';
  const device = () => {
    const place: [keyof typeof framePartWords, number][] = [
      ['number', is1e ? 4 : 3],
      ['device', is1e ? 2 : 1],
    ];
    all(...(isAscii ? place.reverse() : place));
  };

  take('subheader', is1e ? 1 : 2);
  if (frame === '4E') all(['serial', 2], ['fixed', 2]);
  if (!is1e) {
    route();
    take('length', 2);
  }
  if (direction === 'sent') {
    if (is1e) all(['pc', 1], ['timer', 2]);
    else all(['timer', 2], ['command', 2], ['subcommand', 2]);
    device();
    take('points', is1e ? 1 : 2);
    if (is1e) take('fixed', 1);
  } else {
    const endCode = take('end_code', is1e ? 1 : 2);
    if (is1e && endCode === withAbnormalCode) all(['abnormal_code', 1], ['fixed', 1]);
    if (!is1e && endCode > 0) {
      route();
      all(['command', 2], ['subcommand', 2]);
    }
  }
  parts.take('data', parts.bytesLeft, isAscii ? asciiText : undefined);
  return parts.parts;
}

function numberIn(bytes: Uint8Array, isAscii: boolean): number {
  if (isAscii) return Number.parseInt(asciiText(bytes) ?? '', 16);
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}
