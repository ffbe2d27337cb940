import { describe, expect, it } from 'vitest';
import { connectionSchema } from '../layout/connection.ts';
import { frameParts } from './frame-parts.ts';

/** A frame of the manuals with a blank between parts; the test checks that the same parts are found. */
function partsOf(line: string, direction: 'sent' | 'received', fields: object): string[] {
  const connection = connectionSchema.parse({ host: 'plc', port: 5_000, ...fields });
  const isBinary = connection.data_code === 'binary';
  const bytes = Buffer.from(line.replaceAll(' ', ''), isBinary ? 'hex' : 'latin1');
  let at = 0;
  return frameParts(bytes, direction, connection).map(({ part, length, text }) => {
    const slice = bytes.subarray(at, at + length);
    at += length;
    expect(text).toBe(isBinary ? undefined : slice.toString('latin1'));
    return `${part} ${text ?? slice.toString('hex').toUpperCase()}`;
  });
}

const route = ['network 00', 'pc FF'];

describe('the bytes of a frame of a PLC', () => {
  it('are shown part by part in binary, the number before the device', () => {
    expect(partsOf('5000 00 FF FF03 00 0C00 1000 0104 0000 5E0100 A8 0200', 'sent', {})).toEqual([
      ...['subheader 5000', ...route, 'module_io FF03', 'module_station 00', 'length 0C00', 'timer 1000'],
      ...['command 0104', 'subcommand 0000', 'number 5E0100', 'device A8', 'points 0200'],
    ]);
    expect(partsOf('D000 00 FF FF03 00 0600 0000 AB56 0F17', 'received', {}).slice(5)).toEqual([
      ...['length 0600', 'end_code 0000', 'data AB560F17'],
    ]);
  });

  it('are shown as the text that they are in ASCII, the device first', () => {
    const ascii = { data_code: 'ascii_xy_octal', series: 'fx5' };
    expect(partsOf('5000 00 FF 03FF 00 0018 0010 0401 0001 Y* 000045 0001', 'sent', ascii).slice(7)).toEqual([
      ...['command 0401', 'subcommand 0001', 'device Y*', 'number 000045', 'points 0001'],
    ]);
    const refused = partsOf('D000 00 FF 03FF 00 0016 C056 00 FF 03FF 00 0401 0000', 'received', ascii);
    expect(refused.slice(6)).toEqual([
      ...[
        'end_code C056',
        ...route,
        'module_io 03FF',
        'module_station 00',
        'command 0401',
        'subcommand 0000',
      ],
    ]);
  });

  it('have a serial number in 4E, and fewer parts in 1E', () => {
    const of4e = partsOf('5400 3412 0000 00 FF FF03 00 0C00 1000 0104 0000 5E0100 A8 0200', 'sent', {
      frame: '4E',
    });
    expect(of4e.slice(0, 4)).toEqual(['subheader 5400', 'serial 3412', 'fixed 0000', 'network 00']);
    const binary = { frame: '1E' };
    expect(partsOf('00 FF 0A00 64000000 204D 08 00', 'sent', binary)).toEqual([
      ...['subheader 00', 'pc FF', 'timer 0A00', 'number 64000000', 'device 204D', 'points 08', 'fixed 00'],
    ]);
    expect(partsOf('81 5B 10 00', 'received', binary)).toEqual([
      ...['subheader 81', 'end_code 5B', 'abnormal_code 10', 'fixed 00'],
    ]);
    const ascii = { frame: '1E', data_code: 'ascii' };
    expect(partsOf('00 FF 000A 4D20 00000064 08 00', 'sent', ascii).slice(3, 5)).toEqual([
      ...['device 4D20', 'number 00000064'],
    ]);
    expect(partsOf('80 00 10100110', 'received', ascii)).toEqual([
      'subheader 80',
      'end_code 00',
      'data 10100110',
    ]);
  });

  it('are shown as far as they came', () => {
    expect(partsOf('D000 00', 'received', {})).toEqual(['subheader D000', 'network 00']);
    expect(partsOf('', 'received', {})).toEqual([]);
  });
});
