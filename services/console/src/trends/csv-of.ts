import type { PointTrend } from '@holdfast/shared/contracts/http/points-http.ts';

const head = ['time', 'device', 'point', 'unit', 'value', 'min', 'mean', 'max', 'quality'];

/**
 * The shown values as a table for spreadsheets: a row for each value, or for each interval with its lowest and highest.
 * @param timeText gives a time by the plant's clock, with its offset from UTC
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
  // Without a byte order mark Excel takes UTF-8 for the system's own code page.
  return `\ufeff${[head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** A cell as in RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe. */
function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '';
  const isFormula = typeof value === 'string' && /^[=+@\t\r-]/.test(value) && !/^[+-]?[\d.]+$/.test(value);
  const text = isFormula ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
