import type { PointMeaning } from '../point.ts';

/**
 * 1 to 3 where a whole raw number becomes its value only by placing the decimal point before so many of its digits;
 * otherwise 0.
 */
export function shiftedDecimals({ scale, offset, linear, precision }: PointMeaning): number {
  if (linear || offset !== 0) return 0;
  const places = [0.1, 0.01, 0.001].indexOf(scale) + 1;
  return precision === undefined || precision >= places ? places : 0;
}

export function engineeringScale(point: PointMeaning): (raw: number) => number {
  const { linear, scale, offset } = point;
  if (linear) {
    const { raw_min, eng_min } = linear;
    const rawSpan = linear.raw_max - raw_min;
    const span = linear.eng_max - eng_min;
    return (raw) => ((raw - raw_min) * span) / rawSpan + eng_min;
  }
  // Adding 0 turns -0 into 0.
  if (scale === 1) return (raw) => raw + offset;
  // 0.1 has no exact binary form: 3 × 0.1 is 0.30000000000000004. Where the scale is one over a whole number, the
  // division gives the double next to the decimal value that was meant, 0.3.
  const divisor = 1 / scale;
  if (Math.abs(divisor) > 1 && Number.isInteger(divisor)) return (raw) => raw / divisor + offset;
  return (raw) => raw * scale + offset;
}

/** Rounds halves away from zero. A number without such decimals as a double stays as it is. */
export function decimals(precision: number): (value: number) => number {
  const factor = 10 ** precision;
  return (value) => {
    const shifted = Math.abs(value) * factor;
    if (!(shifted < Number.MAX_SAFE_INTEGER)) return value;
    return (Math.sign(value) * Math.round(shifted)) / factor + 0;
  };
}
