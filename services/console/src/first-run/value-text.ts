/** A value as it was read, with its unit. */
export function valueText(value: number | boolean | string | null, unit: string, locale: string): string {
  const text =
    typeof value === 'number'
      ? new Intl.NumberFormat(locale, { maximumSignificantDigits: 7, ...scientific(value) }).format(value)
      : String(value ?? '–');
  return unit === '' ? text : `${text}\u202f${unit}`;
}

/** Numbers that nobody could count the digits of. */
function scientific(value: number): { notation?: 'scientific' } {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e10 || size < 1e-4) ? { notation: 'scientific' } : {};
}
