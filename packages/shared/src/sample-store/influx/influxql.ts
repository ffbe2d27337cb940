import * as z from 'zod';
import type { AggregateQuery, HistoryBucket, HistoryPoint, HistoryQuery, Quality } from '../sample-store.ts';

/** InfluxQL that asks for the latest values of one point, per measurement. */
export function historyStatement(query: HistoryQuery): string {
  // The types keep a point that is called "device" apart from the tag.
  return (
    `SELECT ${quoteIdentifier(query.pointCode)}::field AS "value", "device"::tag AS "device", ` +
    `"quality"::tag AS "quality" ${fromWhere(query)} ORDER BY time DESC LIMIT ${query.limit}`
  );
}

/**
 * Two statements: what is in each interval, and where there is something uncertain in it. Only numbers have a mean
 * (`::float` reads integers that another program wrote, too).
 */
export function aggregateStatement(query: AggregateQuery): string {
  const point = quoteIdentifier(query.pointCode);
  const grouped = groupedByInterval(query);
  return (
    `SELECT MEAN(${point}::float) AS "mean", MIN(${point}::float) AS "min", MAX(${point}::float) AS "max", ` +
    `LAST(${point}::field) AS "last", COUNT(${point}::field) AS "count" ${fromWhere(query)} ${grouped}; ` +
    `SELECT COUNT(${point}::field) AS "count" ${fromWhere(query, [`"quality"::tag = 'uncertain'`])} ${grouped}`
  );
}

export function groupedByInterval({ intervalMs, limit }: AggregateQuery): string {
  return `GROUP BY time(${intervalMs}ms), "device" fill(none) ORDER BY time DESC LIMIT ${limit}`;
}

export function fromWhere(
  { devices, start, end }: Pick<HistoryQuery, 'devices' | 'start' | 'end'>,
  further: readonly string[] = [],
): string {
  const measurements = devices
    ? [...new Set(devices.map((device) => device.measurement))].map(quoteIdentifier).join(', ')
    : '/.*/';
  const conditions = [`time >= ${start.getTime()}ms`, `time < ${end.getTime()}ms`, ...further];
  if (devices) {
    const codes = [...new Set(devices.map((device) => device.deviceCode))];
    conditions.push(`(${codes.map((code) => `"device"::tag = ${quoteString(code)}`).join(' OR ')})`);
  }
  return `FROM ${measurements} WHERE ${conditions.join(' AND ')}`;
}

export function quoteIdentifier(name: string): string {
  return `"${escapeIn(name, '"')}"`;
}

export function quoteString(text: string): string {
  return `'${escapeIn(text, "'")}'`;
}

function escapeIn(text: string, quote: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
}

const queryResponseSchema = z.object({
  results: z.array(
    z.object({
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            tags: z.record(z.string(), z.string()).optional(),
            columns: z.array(z.string()),
            values: z.array(z.array(z.union([z.number(), z.bigint(), z.string(), z.boolean(), z.null()]))),
          }),
        )
        .optional(),
    }),
  ),
});

type Cell = number | bigint | string | boolean | null;

export interface Row {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly cells: Readonly<Record<string, Cell>>;
}

export type Answer<T> =
  | { readonly ok: true; readonly results: T[] }
  | { readonly ok: false; readonly problem: string };

/** Rows of each statement. */
export function readRows(json: unknown): Answer<Row[]> {
  const parsed = queryResponseSchema.safeParse(json);
  if (!parsed.success)
    return { ok: false, problem: `not an InfluxQL answer: ${z.prettifyError(parsed.error)}` };
  const results: Row[][] = [];
  for (const { error, series = [] } of parsed.data.results) {
    if (error !== undefined) return { ok: false, problem: error };
    results.push(
      series.flatMap(({ tags = {}, columns, values }) =>
        values.map((row) => {
          const cells = Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]));
          return { timeMs: Number(cells.time), tags, cells };
        }),
      ),
    );
  }
  return { ok: true, results };
}

/** Reads the answer to `historyStatement`, asked with `epoch=ms`. */
export function readHistoryAnswer(json: unknown, query: HistoryQuery): Answer<HistoryPoint> {
  const answer = readRows(json);
  if (!answer.ok) return answer;
  const points = new Map<string, HistoryPoint>();
  for (const { timeMs, cells } of answer.results.flat()) {
    const { value } = cells;
    // A bigint is in no answer to this question.
    if (value === null || value === undefined || typeof value === 'bigint') continue;
    const device = String(cells.device ?? '');
    const quality: Quality = cells.quality === 'uncertain' ? 'uncertain' : 'good';
    // The quality is a tag, so a tick that was read again under a better clock has two values. The better one counts.
    const key = `${timeMs} ${device}`;
    if (quality === 'uncertain' && points.has(key)) continue;
    points.set(key, { time: new Date(timeMs), device, pointCode: query.pointCode, value, quality });
  }
  return { ok: true, results: latest([...points.values()], query.limit) };
}

/** Reads the answer to `aggregateStatement`, asked with `epoch=ms`. */
export function readAggregateAnswer(json: unknown, query: AggregateQuery): Answer<HistoryBucket> {
  const answer = readRows(json);
  if (!answer.ok) return answer;
  const [rows = [], uncertainRows = []] = answer.results;
  const keyOf = ({ timeMs, tags }: Row) => `${timeMs} ${tags.device ?? ''}`;
  const uncertain = new Set(uncertainRows.filter(({ cells }) => Number(cells.count) > 0).map(keyOf));
  const buckets = new Map<string, HistoryBucket>();
  for (const row of rows) {
    const { mean, min, max, last, count } = row.cells;
    if (!count || typeof last === 'bigint') continue;
    const bucket: HistoryBucket = {
      time: new Date(row.timeMs),
      device: row.tags.device ?? '',
      pointCode: query.pointCode,
      mean: numberOrNull(mean),
      min: numberOrNull(min),
      max: numberOrNull(max),
      last: last ?? null,
      count: Number(count),
      quality: uncertain.has(keyOf(row)) ? 'uncertain' : 'good',
    };
    const other = buckets.get(keyOf(row));
    buckets.set(keyOf(row), other ? together(other, bucket) : bucket);
  }
  return { ok: true, results: latest([...buckets.values()], query.limit) };
}

/** A device that wrote under two measurements in one interval. */
function together(a: HistoryBucket, b: HistoryBucket): HistoryBucket {
  const count = a.count + b.count;
  const mean =
    a.mean === null || b.mean === null ? (a.mean ?? b.mean) : (a.mean * a.count + b.mean * b.count) / count;
  const extreme = (
    pick: (...values: number[]) => number,
    x: number | string | null,
    y: number | string | null,
  ) => (x === null || y === null ? (x ?? y) : pick(Number(x), Number(y)));
  return {
    ...b,
    mean,
    count,
    min: extreme(Math.min, a.min, b.min),
    max: extreme(Math.max, a.max, b.max),
    quality: a.quality === 'good' ? b.quality : a.quality,
  };
}

function numberOrNull(cell: Cell | undefined): number | null {
  return typeof cell === 'number' ? cell : null;
}

/** The limit held for each measurement and device by itself. */
function latest<T extends { readonly time: Date; readonly device: string }>(items: T[], limit: number): T[] {
  items.sort((a, b) => a.time.getTime() - b.time.getTime() || compareText(a.device, b.device));
  return items.slice(-limit);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
