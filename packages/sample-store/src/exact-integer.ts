/**
 * 64-bit integers that a double cannot hold. Every store keeps the nearest double where it keeps all numbers, so that
 * charts, dashboards and means work as usual. Where the double is not exact, it keeps the exact digits next to it.
 */

const lowestInteger = -(2n ** 63n);
const highestInteger = 2n ** 64n - 1n;

/** Digits that a double does not hold, or might not hold: whole numbers from 2^53 on. */
export function beyondDouble(digits: string): bigint | undefined {
  // Nearly all numbers are this short.
  if (digits.length <= 15) return undefined;
  return Number.isSafeInteger(Number(digits)) ? undefined : BigInt(digits);
}

/** Why no store takes the integer. */
export function integerProblem(code: string, integer: bigint): string | undefined {
  if (integer >= lowestInteger && integer <= highestInteger) return undefined;
  return `${JSON.stringify(code)} is ${integer}, which has more than 64 bits`;
}

/**
 * The figure for a reader, of which the store has the nearest double and perhaps the exact digits. It is a number where
 * that is exact, else the digits as text. Candidates that stand for another number are skipped.
 */
export function exactFigure(double: number, ...candidates: readonly (bigint | undefined)[]): number | string {
  if (Math.abs(double) <= Number.MAX_SAFE_INTEGER) return double;
  const exact = candidates.find((candidate) => candidate !== undefined && Number(candidate) === double);
  return exact === undefined ? double : String(exact);
}
