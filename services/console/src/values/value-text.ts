import type { LiveValue } from './sample-gatherer.ts';

export interface ValueWords {
  readonly locale: string;
  readonly yes: string;
  readonly no: string;
}

/**
 * Formats numbers for people, the same on every screen: with six digits at most, since no sensor has more, whatever its
 * float shows. A meter's count has more: from 100,000 on all whole digits and a decimal are shown. Written values are
 * shown with all digits instead, so that they can be compared with the requested ones.
 */
export function numberText(locale: string): (value: number) => string {
  const decimals = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
  const counted = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale);
  return (value) => {
    if (Number.isInteger(value)) return whole.format(value);
    // Tiny and huge numbers have no room for their zeros.
    const size = Math.abs(value);
    if (size < 1e-4 || size >= 1e15) return value.toExponential(3);
    return (size < 1e5 ? decimals : counted).format(value);
  };
}

/** Formats values of every type. */
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
