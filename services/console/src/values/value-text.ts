import type { LiveValue } from './sample-gatherer.ts';

export interface ValueWords {
  readonly locale: string;
  readonly yes: string;
  readonly no: string;
}

/**
 * A writer of numbers as people read them, the same on every screen: a sensor has six digits at most, whatever its float shows behind
 * them. Values that are written are shown with all of their digits instead, to be compared with what was asked for.
 */
export function numberText(locale: string): (value: number) => string {
  const broken = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
  const whole = new Intl.NumberFormat(locale);
  return (value) => {
    if (Number.isInteger(value)) return whole.format(value);
    // Tiny and huge ones have no room for their zeros.
    const size = Math.abs(value);
    return size >= 1e-4 && size < 1e15 ? broken.format(value) : value.toExponential(3);
  };
}

/** The same of values of every type. */
export function valueText({ locale, yes, no }: ValueWords): (value: LiveValue | null) => string {
  const number = numberText(locale);
  const whole = new Intl.NumberFormat(locale);
  return (value) => {
    if (value === null) return '–';
    if (typeof value === 'boolean') return value ? yes : no;
    if (typeof value === 'string') return /^-?\d+$/.test(value) ? whole.format(BigInt(value)) : value;
    return number(value);
  };
}
