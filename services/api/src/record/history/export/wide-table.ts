import type { CsvSeparator } from '@holdfast/shared/contracts/csv-cell.ts';
import { pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import type { ValueExportQuery } from '@holdfast/shared/contracts/http/value-export-http.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { localize, spokenLanguage } from '../../../problems/localize.ts';
import { csvCells } from '../../../spreadsheets/write/csv-line.ts';
import { type exactLocalTimes, offsetText } from '../../../spreadsheets/write/local-time.ts';
import { historyText } from '../texts.ts';
import type { ExportedPoint, ExportedValue } from './exported-values.ts';
import type { WideRow } from './wide-rows.ts';

type Clock = Parameters<typeof exactLocalTimes>[0];

/** The head of a wide table, in the language of the request: what people call a point, its device, and the codes. */
export function wideHeads(
  points: readonly ExportedPoint[],
  deviceNames: ReadonlyMap<string, string>,
  zone: string,
): [named: string[], devices: string[], codes: string[]] {
  return [
    [
      localize(historyText('time', { zone })),
      localize(historyText('utc_offset')),
      ...points.map(({ pointCode, name, unit }) => `${name || pointCode}${unit === '' ? '' : ` (${unit})`}`),
      localize(historyText('uncertain')),
    ],
    [
      localize(historyText('device')),
      '',
      ...points.map(({ device: { deviceCode } }) => deviceNames.get(deviceCode) || deviceCode),
      '',
    ],
    [localize(historyText('code')), '', ...points.map(codeOf), ''],
  ];
}

const codeOf = ({ device, pointCode }: ExportedPoint) =>
  pointName({ device: device.deviceCode, point: pointCode });

/** Picks the figure of a value that its cell has; texts and booleans have no mean. */
export function figureOf(
  hasIntervals: boolean,
  aggregation: ValueExportQuery['aggregation'],
): (value: ExportedValue) => PointValue | null {
  if (!hasIntervals) return ({ figures: [value = null] }) => value;
  return ({ figures: [mean = null, min = null, max = null, last = null], count = null }) =>
    ({ mean: mean ?? last, min, max, last, count })[aggregation];
}

/** Most points that a cell names; a cell has a limited length. */
const pointsInCell = 10;

/** Names the points of a row whose values are uncertain. */
export function uncertainTexts(points: readonly ExportedPoint[]): (row: WideRow) => string {
  const codes = points.map(codeOf);
  const language = spokenLanguage();
  return ({ uncertain }) => {
    if (uncertain.length === 0) return '';
    const first = uncertain.slice(0, pointsInCell).map((place) => codes[place]);
    const count = uncertain.length - first.length;
    const points = first.join(' ');
    return count === 0 ? points : inLanguage(historyText('uncertain_and_more', { points, count }), language);
  };
}

/** Rows of a workbook: times without a zone, beside the offset that tells apart hours that come twice. */
export function wideSheetRows(
  rows: readonly WideRow[],
  clock: Clock,
  uncertainText: (row: WideRow) => string,
) {
  return rows.map((row) => {
    const aheadMs = clock.aheadMs(row.timeMs);
    return [{ wallMs: row.timeMs + aheadMs }, offsetText(aheadMs), ...row.cells, uncertainText(row)];
  });
}

export interface CsvNumbers {
  readonly separator: CsvSeparator;
  readonly decimal: ValueExportQuery['decimal'];
}

/** Lines of CSV, with times that spreadsheets take for times. */
export function wideCsvLines(
  rows: readonly WideRow[],
  { separator, decimal }: CsvNumbers,
  timeText: ReturnType<typeof exactLocalTimes>,
  uncertainText: (row: WideRow) => string,
): string {
  let lines = '';
  for (const row of rows) {
    const time = timeText(row.timeMs);
    const milliseconds = time.slice(20, 23);
    lines += time.slice(0, 19);
    if (milliseconds !== '000') lines += `${decimal === 'comma' ? ',' : '.'}${milliseconds}`;
    lines += `${separator}${time.slice(24)}`;
    for (const value of row.cells) {
      lines += separator;
      if (typeof value === 'number') lines += numberText(value, decimal);
      else if (value !== null) lines += csvCells([value], separator);
    }
    lines += `${separator}${csvCells([uncertainText(row)], separator)}\r\n`;
  }
  return lines;
}

export function numberText(value: number, decimal: CsvNumbers['decimal']): string {
  return decimal === 'comma' ? String(value).replace('.', ',') : String(value);
}
