import type { PointTrend } from '@holdfast/shared/contracts/http/points-http.ts';

const head = ['time', 'device', 'point', 'unit', 'value', 'min', 'mean', 'max', 'quality'];

/**
 * The values that are shown as a table that spreadsheets read: a row for each value, or each interval with its lowest and highest.
 * @param timeText as the plant's clock shows it, with its distance to UTC
 */
export function csvOf(trends: readonly PointTrend[], timeText: (at: Date) => string): string {
  const rows = trends.flatMap(({ device, point_code, unit, times, last, min, mean, max, uncertain }) => {
    const isUncertain = new Set(uncertain);
    return times.map((time, index) => [
      timeText(new Date(time)),
      ...[device, point_code, unit, last[index], min?.[index], mean?.[index], max?.[index]],
      isUncertain.has(index) ? 'uncertain' : 'good',
    ]);
  });
  // Without its mark Excel takes UTF-8 for the system's own letters.
  return `\ufeff${[head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** RFC 4180. A text that a spreadsheet would take for a formula is told from one by an apostrophe. */
function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '';
  const isFormula = typeof value === 'string' && /^[=+@\t\r-]/.test(value) && !/^[+-]?[\d.]+$/.test(value);
  const text = isFormula ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
