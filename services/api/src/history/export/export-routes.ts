import { Readable } from 'node:stream';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { parsePointName } from '@holdfast/shared/contracts/http/point-name.ts';
import { valueExportQuerySchema } from '@holdfast/shared/contracts/http/value-export-http.ts';
import { evenSpans } from '@holdfast/shared/domain/plant-clock.ts';
import type { Database } from '../../database/open-database.ts';
import { askedClock } from '../../http/asked-clock.ts';
import { clientGone } from '../../http/client-gone.ts';
import { intervalOf, timeOf } from '../../http/relative-time.ts';
import { type Route, route } from '../../http/route.ts';
import { validationFailed } from '../../problems/problem.ts';
import { byteOrderMark, csvCells, csvLine } from '../../tables/csv-line.ts';
import { exactLocalTimes, rememberingClock } from '../../tables/local-time.ts';
import { type TableRow, workbook } from '../../tables/workbook.ts';
import { exportPoints } from './export-points.ts';
import { type ExportedBatch, exportedValues, lookingAhead } from './exported-values.ts';

export interface ExportSources {
  readonly database: Database;
  readonly samples: Pick<SampleStore, 'history' | 'aggregate'>;
  /** Time zone of the plant. */
  readonly timeZone: string;
}

const about = ['time', 'device', 'point', 'name', 'unit'] as const;
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
      problems: { 404: 'There is no such thing' },
      answer: {
        type: ['text/csv', workbookType],
        description: 'A line for each value, or interval, point after point and ascending by time',
      },
      schema: { querystring: valueExportQuerySchema },
      handler: async (request, reply) => {
        const { format, interval, start_time, end_time, time_zone, ...asked } = request.query;
        const signal = clientGone(reply);
        const now = new Date();
        const start = timeOf('start_time', start_time || '-1d', now);
        const end = timeOf('end_time', end_time || 'now', now);
        if (start >= end)
          throw validationFailed([{ path: 'start_time', message: 'must be before end_time' }]);
        const clock = askedClock({ time_zone }, timeZone);
        const spans = interval
          ? evenSpans(clock, {
              fromMs: start.getTime(),
              toMs: end.getTime(),
              intervalMs: intervalOf(interval),
            })
          : undefined;
        const points = await exportPoints({ database, samples }, asked, {
          sites: request.grantedSites,
          signal,
        });
        const batches = lookingAhead(exportedValues(points, { samples, start, end, spans, signal }));
        // Before the first byte an outage can still be answered as one; later it can only break the answer off.
        const first = await batches.next();
        const head = [...about, ...(spans ? ['mean', 'min', 'max', 'last', 'count'] : ['value']), 'quality'];
        const timeText = exactLocalTimes(rememberingClock(clock));
        const eachAs = async function* <T>(form: (batch: ExportedBatch) => T): AsyncGenerator<T> {
          for (let { value, done } = first; done !== true; { value, done } = await batches.next())
            yield form(value);
        };
        const day = start.toISOString().slice(0, 10);
        const file =
          format === 'xlsx'
            ? workbook({ sheetName: 'values', head, rows: eachAs((batch) => rowsOf(batch, timeText)) })
            : csvOf(
                head,
                eachAs((batch) => linesOf(batch, timeText)),
              );
        return reply
          .type(format === 'xlsx' ? workbookType : 'text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="holdfast-values-${day}.${format}"`)
          .send(Readable.from(file, { objectMode: false }));
      },
    }),
  ];
}

type TimeText = (atMs: number) => string;

function rowsOf({ point, values }: ExportedBatch, timeText: TimeText): TableRow[] {
  const { device, pointCode, name, unit } = point;
  return values.map(({ timeMs, figures, count, quality }) => [
    ...[timeText(timeMs), device.deviceCode, pointCode, name, unit],
    ...figures,
    ...(count === undefined ? [] : [count]),
    quality,
  ]);
}

/** The values as lines of CSV. The part that all lines of a point share is made once, which cuts the time to a third. */
function linesOf({ point, values }: ExportedBatch, timeText: TimeText): string {
  const { device, pointCode, name, unit } = point;
  const common = csvCells([device.deviceCode, pointCode, name, unit]);
  let lines = '';
  for (const { timeMs, figures, count, quality } of values) {
    const [figure] = figures;
    // Nearly all lines have a single number, which needs no escaping.
    const own =
      figures.length === 1 && typeof figure === 'number'
        ? figure
        : csvCells(figures.map((each) => each ?? ''));
    const counted = count === undefined ? '' : `,${count}`;
    lines += `${timeText(timeMs)},${common},${own}${counted},${quality}\r\n`;
  }
  return lines;
}

async function* csvOf(head: readonly string[], lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield byteOrderMark + csvLine(head);
  yield* lines;
}
