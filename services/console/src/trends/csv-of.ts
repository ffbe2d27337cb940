import { byteOrderMark, csvCell } from '@holdfast/shared/contracts/csv-cell.ts';
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
  return (
    byteOrderMark +
    [head, ...rows].map((row) => `${row.map((cell) => csvCell(cell ?? '')).join(',')}\r\n`).join('')
  );
}
