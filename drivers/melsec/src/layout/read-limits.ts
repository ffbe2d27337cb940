import type { MelsecConnection } from './connection.ts';

export interface ReadLimits {
  readonly words: number;
  readonly bits: number;
}

/**
 * The most that one read gives.
 *
 * - 3E, 4E: MELSEC Communication Protocol Reference Manual (SH-080008), 8.1, "Number of device points": 960 words; 7168 bits in
 *   binary, 3584 in ASCII.
 * - FX5: MELSEC iQ-F FX5 User's Manual (SLMP) (JY997D56001), 4.2, page 47: half as many bits, and in ASCII half of both.
 * - 1E: SH-080008, page 402: 256 words, 256 bits. FX3: FX3U-ENET User's Manual (JY997D18101), 9.3.1, page 9-16: 64 words, 256 bits.
 */
export function readLimits({ frame, data_code, series, max_words, max_bits }: MelsecConnection): ReadLimits {
  const { words, bits } = frame === '1E' ? limits1e(series) : limits3e(data_code, series);
  return { words: Math.min(max_words ?? words, words), bits: Math.min(max_bits ?? bits, bits) };
}

function limits1e(series: MelsecConnection['series']): ReadLimits {
  return { words: series === 'fx3' ? 64 : 256, bits: 256 };
}

function limits3e(code: MelsecConnection['data_code'], series: MelsecConnection['series']): ReadLimits {
  const ofCode = code === 'binary' ? 1 : 2;
  return series === 'fx5'
    ? { words: 960 / ofCode, bits: 3_584 / ofCode }
    : { words: 960, bits: 7_168 / ofCode };
}
