import { beyondDouble, integerProblem } from '../exact-integer.ts';

/** A piece of a line, or why it cannot be written. */
export interface Spelling {
  readonly text: string;
  readonly problem: string | undefined;
}

/**
 * Ending of the fields for exact integers. An integer field holds 64 bits with a sign; the upper half of the unsigned
 * ones is kept in another field, less 2^63. (InfluxDB 1.x has no unsigned fields.) No point may have a code that ends
 * like this.
 */
export const integerSuffix = '__integer';
export const upperIntegerSuffix = '__integer_minus_2_63';
export const upperIntegerOffset = 2n ** 63n;

export function integerFields(code: string, digits: string): Spelling {
  const name = escapeName(code);
  const float = `,${name}=${Number(digits)}`;
  const integer = beyondDouble(digits);
  if (integer === undefined) return { text: float, problem: undefined };
  const problem = integerProblem(code, integer);
  const exact =
    integer < upperIntegerOffset
      ? `${name}${integerSuffix}=${integer}i`
      : `${name}${upperIntegerSuffix}=${integer - upperIntegerOffset}i`;
  return { text: `${float},${exact}`, problem };
}

export function escapeMeasurement(name: string): string {
  return name.replace(/[, ]/g, '\\$&');
}

export function escapeName(name: string): string {
  return name.replace(/[, =]/g, '\\$&');
}

export function escapeText(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

export function measurementProblem(name: string): string | undefined {
  if (name.startsWith('#')) {
    return `measurement ${JSON.stringify(name)}: a line that starts with # is a comment`;
  }
  return namingProblem(name);
}

export function fieldProblem(code: string): string | undefined {
  // Found by reading back: a field of this name is dropped silently, and the write is answered with success.
  if (code === 'time') return 'InfluxDB keeps the name "time" for itself and drops a point that is called so';
  if (code.endsWith(integerSuffix) || code.endsWith(upperIntegerSuffix)) {
    return `${JSON.stringify(code)} ends as the fields of exact integers do`;
  }
  return namingProblem(code);
}

/**
 * Problems of names for which line protocol has no spelling. If they were sent as they are, some would be dropped
 * silently or change the meaning of the rest of the line.
 */
export function namingProblem(name: string): string | undefined {
  if (name === '') return 'an empty name';
  // A backslash escapes the separator after it, or the escape of a separator, and cannot itself be escaped there.
  // (Found by reading back: some of these are refused, others are answered with success and lost.)
  if (/\\([ ,="]|$)/.test(name)) {
    return `${JSON.stringify(name)} has a backslash at its end or before a blank, a comma, an equals sign or a quote`;
  }
  if (/[\n\r\t\0]/.test(name)) return `${JSON.stringify(name)} has a control character`;
  return undefined;
}
