import { Readable } from 'node:stream';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { CsvSeparator } from '@holdfast/shared/contracts/csv-cell.ts';
import { parsePointName } from '@holdfast/shared/contracts/http/point-name.ts';
import { valueExportQuerySchema } from '@holdfast/shared/contracts/http/value-export-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { evenSpans } from '@holdfast/shared/domain/plant-clock.ts';
import type { Database } from '../../../database/open-database.ts';
import { clientGone } from '../../../http/client-gone.ts';
import { type Route, route } from '../../../http/route.ts';
import { localize } from '../../../problems/localize.ts';
import { validationFailed } from '../../../problems/problem.ts';
import { csvBytes, csvCells, csvLine, csvType, separatorOf } from '../../../spreadsheets/write/csv-line.ts';
import { exactLocalTimes, offsetText, rememberingClock } from '../../../spreadsheets/write/local-time.ts';
import { workbook } from '../../../spreadsheets/write/workbook.ts';
import { clockOfQuery } from '../../../times/plant-clocks.ts';
import { intervalOf, timeOf } from '../../../times/relative-time.ts';
import { historyText } from '../texts.ts';
import { exportPoints } from './export-points.ts';
import { type ExportedBatch, exportedValues, lookingAhead } from './exported-values.ts';

export interface ExportSources {
  readonly database: Database;
  readonly samples: Pick<SampleStore, 'history' | 'aggregate'>;
  /** Time zone of the plant. */
  readonly timeZone: string;
}

const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Routes that export the values of many points over any time as a file. */
export function exportRoutes({ database, samples, timeZone }: ExportSources): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/exports/values',
      role: 'viewer',
      sites: ({ query: { point = [], device = [] } }) => ({
        deviceCodes: [...device, ...point.flatMap((name) => parsePointName(name)?.device ?? [])],
      }),
      tag: 'Data',
      summary: 'Download stored values of many points as CSV or XLSX',
      about:
        'Up to 5,000 points over any time, point by point, streamed. An answer that breaks off is incomplete. Times are local with their offset.',
      problems: { 404: 'There is no such thing' },
      answer: {
        type: ['text/csv', workbookType],
        description: 'A line for each value, or interval, point after point and ascending by time',
      },
      schema: { querystring: valueExportQuerySchema },
      handler: async (request, reply) => {
        const { format, encoding, separator, interval, start_time, end_time, time_zone, ...places } =
          request.query;
        const signal = clientGone(reply);
        const now = new Date();
        const start = timeOf('start_time', start_time || '-1d', now);
        const end = timeOf('end_time', end_time || 'now', now);
        if (start >= end)
          throw validationFailed([
            { path: 'start_time', message: fieldText('must_be_before', { other: 'end_time' }) },
          ]);
        const zoned = clockOfQuery({ time_zone }, timeZone);
        const clock = rememberingClock(zoned);
        const spans = interval
          ? evenSpans(zoned, {
              fromMs: start.getTime(),
              toMs: end.getTime(),
              intervalMs: intervalOf(interval),
            })
          : undefined;
        const points = await exportPoints({ database, samples }, places, {
          sites: request.grantedSites,
          signal,
        });
        const batches = lookingAhead(exportedValues(points, { samples, start, end, spans, signal }));
        // Before the first byte an outage can still be answered as one; later it can only break the answer off.
        const first = await batches.next();
        const eachAs = async function* <T>(form: (batch: ExportedBatch) => T): AsyncGenerator<T> {
          for (let { value, done } = first; done !== true; { value, done } = await batches.next())
            yield form(value);
        };
        const day = start.toISOString().slice(0, 10);
        const timeText = exactLocalTimes(clock);
        const cellSeparator = separatorOf({ separator });
        const file =
          format === 'xlsx'
            ? workbook({
                sheetName: localize(historyText('values')),
                head: workbookHead(zoned.zone, spans !== undefined),
                hasTimes: true,
                rows: eachAs((batch) => rowsOf(batch, clock)),
              })
            : csvBytes(
                withHead(
                  csvLine(csvHead(spans !== undefined), cellSeparator),
                  eachAs((batch) => linesOf(batch, timeText, cellSeparator)),
                ),
                { encoding },
              );
        return reply
          .type(format === 'xlsx' ? workbookType : csvType({ encoding }))
          .header('content-disposition', `attachment; filename="holdfast-values-${day}.${format}"`)
          .send(Readable.from(file, { objectMode: false }));
      },
    }),
  ];
}

function csvHead(hasIntervals: boolean): string[] {
  const figures = hasIntervals ? ['mean', 'min', 'max', 'last', 'count'] : ['value'];
  return ['time', 'device', 'point', 'name', 'unit', ...figures, 'quality'];
}

/** The headers for people: cells with times have no zone, so the header names it. */
function workbookHead(zone: string, hasIntervals: boolean): string[] {
  const intervals = [
    ...[localize(historyText('mean')), localize(historyText('min')), localize(historyText('max'))],
    ...[localize(historyText('last')), localize(historyText('count'))],
  ];
  return [
    ...[localize(historyText('time', { zone })), localize(historyText('utc_offset'))],
    ...[
      localize(historyText('device')),
      localize(historyText('point')),
      localize(historyText('name')),
      localize(historyText('unit')),
    ],
    ...(hasIntervals ? intervals : [localize(historyText('value'))]),
    localize(historyText('quality')),
  ];
}

type Clock = Parameters<typeof exactLocalTimes>[0];

/** The offset distinguishes the hours that come twice when clocks are set back. */
function rowsOf({ point, values }: ExportedBatch, clock: Clock) {
  const { device, pointCode, name, unit } = point;
  return values.map(({ timeMs, figures, count, quality }) => {
    const aheadMs = clock.aheadMs(timeMs);
    return [
      ...[{ wallMs: timeMs + aheadMs }, offsetText(aheadMs)],
      ...[device.deviceCode, pointCode, name, unit],
      ...figures,
      ...(count === undefined ? [] : [count]),
      quality,
    ];
  });
}

/** The values as lines of CSV. The part that all lines of a point share is made once, which cuts the time to a third. */
function linesOf(
  { point, values }: ExportedBatch,
  timeText: (atMs: number) => string,
  separator: CsvSeparator,
): string {
  const { device, pointCode, name, unit } = point;
  const common = csvCells([device.deviceCode, pointCode, name, unit], separator);
  let lines = '';
  for (const { timeMs, figures, count, quality } of values) {
    const [figure] = figures;
    // Nearly all lines have a single number, which needs no escaping.
    const own =
      figures.length === 1 && typeof figure === 'number'
        ? figure
        : csvCells(
            figures.map((each) => each ?? ''),
            separator,
          );
    const counted = count === undefined ? '' : `${separator}${count}`;
    lines += `${timeText(timeMs)}${separator}${common}${separator}${own}${counted}${separator}${quality}\r\n`;
  }
  return lines;
}

async function* withHead(head: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* lines;
}
