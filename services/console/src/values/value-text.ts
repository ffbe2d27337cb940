import type { LiveValue } from './sample-gatherer.ts';

export interface ValueWords {
  readonly locale: string;
  readonly yes: string;
  readonly no: string;
}

/** A writer of values as people read them: a sensor has six digits at most, whatever its float shows behind them. */
export function valueText({ locale, yes, no }: ValueWords): (value: LiveValue | null) => string {
  const broken = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
  const whole = new Intl.NumberFormat(locale);
  return (value) => {
    if (value === null) return '–';
    if (typeof value === 'boolean') return value ? yes : no;
    if (typeof value === 'string') return /^-?\d+$/.test(value) ? whole.format(BigInt(value)) : value;
    if (Number.isInteger(value)) return whole.format(value);
    // Tiny and huge ones have no room for their zeros.
    const size = Math.abs(value);
    return size >= 1e-4 && size < 1e15 ? broken.format(value) : value.toExponential(3);
  };
}
