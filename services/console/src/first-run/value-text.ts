import { numberText } from '../values/value-text.ts';

/** A value as it was read, with its unit. */
export function valueText(value: number | boolean | string | null, unit: string, locale: string): string {
  const text = typeof value === 'number' ? numberText(locale)(value) : String(value ?? '–');
  return unit === '' ? text : `${text}\u202f${unit}`;
}
