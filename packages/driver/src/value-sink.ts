import type { Text } from '@holdfast/texts/text.ts';

/** 0 good; 1 uncertain: outside its valid range, or unknown to its enumeration, unless `why` says otherwise. */
export type Quality = 0 | 1;

/**
 * Receives decoded values: one call for each, without creating an object. `at` is the value's place among all values of
 * the device's points, in their order, with each array value counted: see `PointList.firstOf`.
 */
export interface ValueSink {
  /** @param value finite */
  number(at: number, value: number, quality: Quality, why?: Text): void;
  /**
   * The number `digits` / 10^`decimals`: a receiver that writes it down need not find its decimals again.
   * @param digits a whole number of 32 bits, above the least of them
   * @param decimals 1 to 3
   */
  decimal(at: number, digits: number, decimals: number, quality: Quality, why?: Text): void;
  /** A 64-bit integer in decimal: not every one fits a double. */
  integer(at: number, digits: string, quality: Quality, why?: Text): void;
  other(at: number, value: string | boolean, quality: Quality, why?: Text): void;
  /** The device answered, but without a usable value. @param status for people, after the name of the point */
  bad(at: number, status: Text): void;
  /** When the source took the values that follow, in ms since 1970, or undefined if it does not say. */
  sourceTime(ms: number | undefined): void;
}
