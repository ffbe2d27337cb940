/** Chinese has no space before the sign. */
const sign = (locale: string) => (locale.startsWith('zh') ? '%' : ' %');

/** A share that people can trust: `100 %` only where nothing is missing, never by rounding up. */
export function shareText(locale: string, part: number, whole: number): string {
  if (part >= whole) return `100${sign(locale)}`;
  const cut = Math.floor((part / whole) * 10_000) / 100;
  return `${new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(cut)}${sign(locale)}`;
}

/** A share (0…1) as a percentage, rounded. */
export function percentText(locale: string, share: number, digits: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(locale, digits).format(share * 100) + sign(locale);
}
