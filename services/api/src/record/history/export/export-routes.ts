import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { parsePointName } from '@holdfast/shared/contracts/http/point-name.ts';
import {
  exportParamsSchema,
  exportProgressSchema,
  type ValueExportQuery,
  valueExportQuerySchema,
  wideColumnsAtMost,
} from '@holdfast/shared/contracts/http/value-export-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { evenSpans } from '@holdfast/shared/domain/plant-clock.ts';
import type { GrantedSites } from '../../../access/granted-sites.ts';
import type { Database } from '../../../database/open-database.ts';
import { ClientGone, clientGone } from '../../../http/client-gone.ts';
import { type Route, route } from '../../../http/route.ts';
import { ownerOf } from '../../../point-lists/import-owner.ts';
import { answering, localize, spokenLanguage } from '../../../problems/localize.ts';
import { validationFailed } from '../../../problems/problem.ts';
import { csvBytes, csvCells, csvLine, csvType, separatorOf } from '../../../spreadsheets/write/csv-line.ts';
import { exactLocalTimes, offsetText, rememberingClock } from '../../../spreadsheets/write/local-time.ts';
import { rowsOfSpreadsheet, workbook } from '../../../spreadsheets/write/workbook.ts';
import { clockOfQuery } from '../../../times/plant-clocks.ts';
import { intervalOf, timeOf } from '../../../times/relative-time.ts';
import { historyText } from '../texts.ts';
import { exportPoints } from './export-points.ts';
import { type ExportedBatch, type ExportedPoint, exportedValues, lookingAhead } from './exported-values.ts';
import { type RunningExport, RunningExports } from './running-exports.ts';
import { wideRows } from './wide-rows.ts';
import {
  type CsvNumbers,
  figureOf,
  numberText,
  uncertainTexts,
  wideCsvLines,
  wideHeads,
  wideSheetRows,
} from './wide-table.ts';

export interface ExportSources {
  readonly database: Database;
  readonly samples: Pick<SampleStore, 'history' | 'aggregate'>;
  /** Time zone of the plant. */
  readonly timeZone: string;
}

const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Routes that export the values of many points over any time as a file. */
export function exportRoutes({ database, samples, timeZone }: ExportSources): Route[] {
  const running = new RunningExports();
  const followed = {
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    problems: { 404: 'There is no such thing' },
  } as const;
  const params = exportParamsSchema;
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
        'Up to 5,000 points over any time, streamed, as a line for each value or as a wide table. An answer that breaks off is incomplete. Times are local, beside or with their offset. A few exports run at once; more get 429.',
      problems: { 404: 'There is no such thing' },
      answer: {
        type: ['text/csv', workbookType],
        description:
          'Lines ascending by time: one for each value, or interval, point after point; or one for each time',
      },
      schema: { querystring: valueExportQuerySchema },
      handler: async (request, reply) => {
        const { export_id: id = randomUUID() } = request.query;
        const run = running.begin({
          ...{ owner: ownerOf(request), id },
          cancel: () => reply.raw.destroy(),
        });
        reply.raw.once('close', () => (reply.raw.writableFinished ? run.end() : run.leave()));
        try {
          const { language = spokenLanguage() } = request.query;
          const signal = clientGone(reply);
          const { query, grantedSites } = request;
          const file = await answering(language, () => exportFile({ query, grantedSites, signal, run }));
          return reply
            .type(query.format === 'xlsx' ? workbookType : csvType(query))
            .header('content-disposition', `attachment; filename="${file.name}"`)
            .send(Readable.from(countedBytes(file.bytes, run), { objectMode: false }));
        } catch (error) {
          endBy(run, error);
          throw error;
        }
      },
    }),
    route({
      ...followed,
      method: 'GET',
      url: '/api/exports/:id',
      summary: 'See how far an export is',
      about:
        'For the caller who gave it this `export_id`, until ten minutes after its end. Answered by the process that exports.',
      schema: { params, response: { 200: exportProgressSchema } },
      handler: async (request) => running.progressOf(ownerOf(request), request.params.id),
    }),
    route({
      ...followed,
      method: 'DELETE',
      url: '/api/exports/:id',
      action: undefined,
      summary: 'Cancel an export',
      about: 'Its download breaks off. One that has ended stays as it is.',
      schema: { params },
      handler: async (request, reply) => {
        running.cancel(ownerOf(request), request.params.id);
        return reply.code(204).send();
      },
    }),
  ];

  /** @throws Problem for a time or points that cannot be exported; what the store throws, before the first byte */
  async function exportFile({
    query,
    grantedSites,
    signal,
    run,
  }: {
    readonly query: ValueExportQuery;
    readonly grantedSites: GrantedSites;
    readonly signal: AbortSignal;
    readonly run: RunningExport;
  }): Promise<{ readonly name: string; readonly bytes: AsyncGenerator<Buffer> }> {
    const { format, encoding, decimal, interval, start_time, end_time, time_zone, layout } = query;
    const now = new Date();
    const start = timeOf('start_time', start_time || '-1d', now);
    const end = timeOf('end_time', end_time || 'now', now);
    if (start >= end)
      throw validationFailed([
        { path: 'start_time', message: fieldText('must_be_before', { other: 'end_time' }) },
      ]);
    const zoned = clockOfQuery({ time_zone }, timeZone);
    const clock = rememberingClock(zoned);
    const [fromMs, toMs] = [start.getTime(), end.getTime()];
    const spans = interval ? evenSpans(zoned, { fromMs, toMs, intervalMs: intervalOf(interval) }) : undefined;
    const points = await exportPoints({ database, samples }, query, { sites: grantedSites, signal });
    const hasIntervals = spans !== undefined;
    const timeText = exactLocalTimes(clock);
    const separator = decimal === 'comma' ? ';' : separatorOf(query);
    const name = `holdfast-values-${timeText(fromMs).slice(0, 10)}.${format}`;
    const sheetName = localize(historyText('values'));
    const shareOf = (atMs: number) => (atMs - fromMs) / (toMs - fromMs);
    const options = { samples, start, end, spans, signal };
    if (layout === 'wide') {
      if (points.length > wideColumnsAtMost)
        throw validationFailed([
          { path: 'layout', message: fieldText('points_in_wide_table', { count: wideColumnsAtMost }) },
        ]);
      const batches = wideRows(points, options, figureOf(hasIntervals, query.aggregation));
      const heads = wideHeads(points, await deviceNames(points), zoned.zone);
      const each = await eachAs(batches, (rows) => {
        run.wrote(rows.length, shareOf(rows.at(-1)?.timeMs ?? toMs));
      });
      const uncertainText = uncertainTexts(points);
      const [named, devices, head] = heads;
      if (format === 'csv') {
        const csvText = each((rows) => wideCsvLines(rows, { separator, decimal }, timeText, uncertainText));
        return {
          name,
          bytes: csvBytes(withHead(heads.map((line) => csvLine(line, separator)).join(''), csvText), {
            encoding,
          }),
        };
      }
      const rowsOfSheet = Math.min(
        rowsOfSpreadsheet - heads.length,
        Math.floor(cellsOfSheetAtMost / points.length),
      );
      const rows = each((rows) => wideSheetRows(rows, clock, uncertainText));
      const form = { sheetName, head, headsAbove: [named, devices], frozenColumns: 2, hasTimes: true };
      return { name, bytes: workbook({ ...form, rows, rowsOfSheet }) };
    }
    const places = new Map(points.map((point, index) => [point, index]));
    const batches = lookingAhead(exportedValues(points, options));
    const each = await eachAs(batches, ({ point, values }) => {
      const share = (places.get(point) ?? 0) + shareOf(values.at(-1)?.timeMs ?? toMs);
      run.wrote(values.length, share / points.length);
    });
    if (format === 'csv') {
      const csvText = each((batch) => linesOf(batch, timeText, { separator, decimal }));
      return {
        name,
        bytes: csvBytes(withHead(csvLine(csvHead(hasIntervals), separator), csvText), { encoding }),
      };
    }
    const head = workbookHead(zoned.zone, hasIntervals);
    const rows = each((batch) => rowsOf(batch, clock));
    return { name, bytes: workbook({ sheetName, head, hasTimes: true, rows }) };
  }

  async function deviceNames(points: readonly ExportedPoint[]): Promise<ReadonlyMap<string, string>> {
    const codes = [...new Set(points.map(({ device }) => device.deviceCode))];
    const rows = await database
      .selectFrom('devices')
      .select(['code', 'name'])
      .where('code', 'in', codes)
      .execute();
    return new Map(rows.map(({ code, name }) => [code, name]));
  }
}

/** So that no sheet grows beyond the 4 GiB that an entry of a ZIP archive has at most. */
const cellsOfSheetAtMost = 50_000_000;

/**
 * Looks at the first batch: before the first byte an outage can still be answered as one; later it can only break the
 * answer off.
 * @param note called for each batch
 * @returns what yields a form of each batch. Between batches it lets other requests have their turn.
 */
async function eachAs<B>(batches: AsyncGenerator<B>, note: (batch: B) => void) {
  const first = await batches.next();
  return async function* <T>(form: (batch: B) => T): AsyncGenerator<T> {
    for (let { value, done } = first; done !== true; { value, done } = await batches.next()) {
      yield form(value);
      note(value);
      await setImmediate();
    }
  };
}

function endBy(run: RunningExport, error: unknown): void {
  if (error instanceof ClientGone) run.leave();
  else run.end(error);
}

async function* countedBytes(bytes: AsyncIterable<Buffer>, run: RunningExport): AsyncGenerator<Buffer> {
  try {
    for await (const some of bytes) {
      run.sent(some.length);
      yield some;
    }
  } catch (error) {
    endBy(run, error);
    throw error;
  }
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
  { separator, decimal }: CsvNumbers,
): string {
  const { device, pointCode, name, unit } = point;
  const common = csvCells([device.deviceCode, pointCode, name, unit], separator);
  let lines = '';
  for (const { timeMs, figures, count, quality } of values) {
    const [figure] = figures;
    // Nearly all lines have a single number, which needs no escaping.
    const own =
      figures.length === 1 && typeof figure === 'number'
        ? numberText(figure, decimal)
        : csvCells(
            figures.map((each) => (typeof each === 'number' ? numberText(each, decimal) : (each ?? ''))),
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
