/** Series of PLCs that differ in how they number devices or limit requests. */
export const plcSeries = ['q', 'l', 'iq_r', 'fx5', 'fx3'] as const;
export type PlcSeries = (typeof plcSeries)[number];

/** A kind of memory of a PLC, which MELSEC calls a device: D, X, ZR. */
export interface PlcDevice {
  readonly symbol: string;
  readonly unit: 'word' | 'bit';
  /** How its numbers are written. `input_output`: octal on FX, hexadecimal on the others. */
  readonly radix: 10 | 16 | 'input_output';
  /**
   * Code in frames 3E and 4E: in binary, and two characters in ASCII.
   * MELSEC Communication Protocol Reference Manual, SH-080008, 8.1, page 70.
   */
  readonly code: number;
  readonly ascii: string;
  /** Radix of its numbers in ASCII frames 3E and 4E. */
  readonly asciiRadix: 8 | 10 | 16;
  /** Code in frames 1E, or undefined if they have none. QnUCPU User's Manual (SH-080811), 5.1.2; JY997D18101, page 9-17. */
  readonly code1e: number | undefined;
}

const word = 'word';
const bit = 'bit';

const device = (
  symbol: string,
  unit: 'word' | 'bit',
  radix: PlcDevice['radix'],
  code: number,
  code1e?: number,
): PlcDevice => ({
  ...{ symbol, unit, radix, code, code1e },
  ascii: ({ STN: 'SN', STS: 'SS', STC: 'SC' }[symbol] ?? symbol).padEnd(2, '*'),
  // GX Works writes ZR in decimal; the frame has it in hexadecimal.
  asciiRadix: radix === 10 && symbol !== 'ZR' ? 10 : 16,
});

export const plcDevices: readonly PlcDevice[] = [
  device('D', word, 10, 0xa8, 0x4420),
  device('W', word, 16, 0xb4, 0x5720),
  device('R', word, 10, 0xaf, 0x5220),
  device('ZR', word, 10, 0xb0),
  device('SD', word, 10, 0xa9),
  device('SW', word, 16, 0xb5),
  device('TN', word, 10, 0xc2, 0x544e),
  device('STN', word, 10, 0xc8),
  device('CN', word, 10, 0xc5, 0x434e),
  device('M', bit, 10, 0x90, 0x4d20),
  device('X', bit, 'input_output', 0x9c, 0x5820),
  device('Y', bit, 'input_output', 0x9d, 0x5920),
  device('B', bit, 16, 0xa0, 0x4220),
  device('L', bit, 10, 0x92),
  device('F', bit, 10, 0x93, 0x4620),
  device('V', bit, 10, 0x94),
  device('S', bit, 10, 0x98, 0x5320),
  device('SM', bit, 10, 0x91),
  device('SB', bit, 16, 0xa1),
  device('TS', bit, 10, 0xc1, 0x5453),
  device('TC', bit, 10, 0xc0, 0x5443),
  device('STS', bit, 10, 0xc7),
  device('STC', bit, 10, 0xc6),
  device('CS', bit, 10, 0xc4, 0x4353),
  device('CC', bit, 10, 0xc3, 0x4343),
];

const bySymbol = new Map(plcDevices.map((each) => [each.symbol, each]));

export function deviceOf(symbol: string): PlcDevice | undefined {
  return bySymbol.get(symbol);
}

/** The radix in which people write a device's numbers. */
export function radixOf({ radix }: PlcDevice, series: PlcSeries): 8 | 10 | 16 {
  if (radix !== 'input_output') return radix;
  return series === 'fx3' || series === 'fx5' ? 8 : 16;
}
