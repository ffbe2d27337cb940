/** A share of one, as a percentage of two digits. */
export function percentText(locale: string, share: number): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumSignificantDigits: 2 }).format(share);
}
