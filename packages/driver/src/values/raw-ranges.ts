import type { DataType } from '../point.ts';
import { earliestMs, latestMs } from './emit-value.ts';

/** The data types whose words hold a whole number. */
export type WholeType = Exclude<DataType, 'bool' | 'string' | 'float16' | 'float32' | 'float64'>;

/** Smallest and largest raw number of each type. */
export const rawRanges: Readonly<Record<WholeType, readonly [bigint, bigint]>> = {
  int8: [-0x80n, 0x7fn],
  uint8: [0n, 0xffn],
  int16: [-0x8000n, 0x7fffn],
  uint16: [0n, 0xffffn],
  int32: [-0x8000_0000n, 0x7fff_ffffn],
  uint32: [0n, 0xffff_ffffn],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  bcd16: [0n, 9_999n],
  bcd32: [0n, 99_999_999n],
  unix_time32: [0n, 0xffff_ffffn],
  unix_time64: [BigInt(earliestMs), BigInt(latestMs)],
};
