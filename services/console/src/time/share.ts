/** A share as people trust it: `100 %` only where nothing is missing, and never rounded up to it. Chinese has no space before the sign. */
export function shareText(locale: string, part: number, whole: number): string {
  const sign = locale.startsWith('zh') ? '%' : ' %';
  if (part >= whole) return `100${sign}`;
  const cut = Math.floor((part / whole) * 10_000) / 100;
  return `${new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(cut)}${sign}`;
}
