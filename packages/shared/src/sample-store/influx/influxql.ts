import type { AggregateQuery, HistoryBucket, HistoryPoint, HistoryQuery } from '../sample-store.ts';

/** For so many devices the answer may have as many values as are asked for of each. */
const devicesAskedApart = 4;

/**
 * InfluxQL that asks for the latest values of one point: of each device apart where there are few, else per measurement.
 * Apart, a row is a time and a value; with the tags in each row the same answer takes twice as long.
 */
export function historyStatement(query: HistoryQuery): string {
  // The types keep a point that is called "device" apart from the tag.
  const value = `${quoteIdentifier(query.pointCode)}::field AS "value"`;
  const newestFirst = `ORDER BY time DESC LIMIT ${query.limit}`;
  if (query.devices && query.devices.length <= devicesAskedApart) {
    return `SELECT ${value} ${fromWhere(query)} GROUP BY "device", "quality" ${newestFirst}`;
  }
  return (
    `SELECT ${value}, "device"::tag AS "device", "quality"::tag AS "quality" ` +
    `${fromWhere(query)} ${newestFirst}`
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

type Cell = number | bigint | string | boolean | null;

/** As it came; of its cells nothing is known yet. */
interface Series {
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

export interface Row {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly cells: Readonly<Record<string, Cell>>;
}

export type Answer<T> =
  | { readonly ok: true; readonly results: T[] }
  | { readonly ok: false; readonly problem: string };

const notAnAnswer = { ok: false, problem: 'not an InfluxQL answer' } as const;
/** InfluxDB 1.x with a `max-row-limit` says so beside the rows that it still gives: a short list would look like a whole one. */
const cutShort = {
  ok: false,
  problem:
    'it gives fewer rows than there are (max-row-limit of its section [http]): raise that, or ask for less with limit or a shorter time',
} as const;

/**
 * InfluxDB 1.x reads so many rows of a series at a time, calls each such part but the last `partial`, and puts parts together
 * under what the first one was called. So of a series with more rows that word alone means nothing. A limit beyond one part is
 * told by the result, unless it falls into the last part: that cut nothing tells (all measured with 1.6.7).
 */
const rowsOfPart = 10_000;

/** The series of each statement. By hand: a day of values has a hundred thousand arrays, and a schema costs more than parsing. */
function readSeries(json: unknown): Answer<Series[]> {
  if (!isObject(json) || !Array.isArray(json.results)) return notAnAnswer;
  const results: Series[][] = [];
  for (const result of json.results as unknown[]) {
    if (!isObject(result)) return notAnAnswer;
    const { error, partial, series = [] } = result;
    if (typeof error === 'string') return { ok: false, problem: error };
    if (partial === true) return cutShort;
    if (!Array.isArray(series)) return notAnAnswer;
    const read: Series[] = [];
    for (const one of series as unknown[]) {
      if (!isObject(one) || !Array.isArray(one.columns) || !Array.isArray(one.values)) return notAnAnswer;
      if (!one.values.every(Array.isArray)) return notAnAnswer;
      if (one.partial === true && one.values.length <= rowsOfPart) return cutShort;
      const tags = isObject(one.tags) ? (one.tags as Record<string, string>) : {};
      read.push({ tags, columns: one.columns as string[], values: one.values as unknown[][] });
    }
    results.push(read);
  }
  return { ok: true, results };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCell(value: unknown): value is Cell {
  return value === null || ['number', 'bigint', 'string', 'boolean'].includes(typeof value);
}

/** Rows of each statement. */
export function readRows(json: unknown): Answer<Row[]> {
  const answer = readSeries(json);
  if (!answer.ok) return answer;
  const results: Row[][] = [];
  for (const statement of answer.results) {
    const rows: Row[] = [];
    for (const { tags, columns, values } of statement) {
      for (const row of values) {
        if (!row.every(isCell)) return notAnAnswer;
        const cells = Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]));
        rows.push({ timeMs: Number(cells.time), tags, cells });
      }
    }
    results.push(rows);
  }
  return { ok: true, results };
}

/** Reads the answer to `historyStatement`, asked with `epoch=ms`. */
export function readHistoryAnswer(json: unknown, query: HistoryQuery): Answer<HistoryPoint> {
  const answer = readSeries(json);
  if (!answer.ok) return answer;
  const ofSeries = answer.results.flat().map((series) => pointsOf(series, query.pointCode));
  const [only = []] = ofSeries;
  const results = ofSeries.length > 1 || !isAscending(only) ? together(ofSeries.flat()) : only;
  return { ok: true, results: results.slice(-query.limit) };
}

/** Oldest first, as the answer has them the other way round. */
function pointsOf({ tags, columns, values }: Series, pointCode: string): HistoryPoint[] {
  const [timeAt, valueAt, deviceAt, qualityAt] = ['time', 'value', 'device', 'quality'].map((name) =>
    columns.indexOf(name),
  ) as [number, number, number, number];
  const points: HistoryPoint[] = [];
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const row = values[index] as readonly unknown[];
    const value = row[valueAt];
    // A bigint is in no answer to this question.
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') continue;
    const device = String((deviceAt < 0 ? tags.device : row[deviceAt]) ?? '');
    const isUncertain = (qualityAt < 0 ? tags.quality : row[qualityAt]) === 'uncertain';
    points.push({
      time: new Date(Number(row[timeAt])),
      device,
      pointCode,
      value,
      quality: isUncertain ? 'uncertain' : 'good',
    });
  }
  return points;
}

function isAscending(points: readonly HistoryPoint[]): boolean {
  for (let index = 1; index < points.length; index += 1) {
    if (!((points[index - 1] as HistoryPoint).time < (points[index] as HistoryPoint).time)) return false;
  }
  return true;
}

/** The quality is a tag, so a tick that was read again under a better clock has two values. The better one counts. */
function together(points: readonly HistoryPoint[]): HistoryPoint[] {
  const byPlace = new Map<string, HistoryPoint>();
  for (const point of points) {
    const key = `${point.time.getTime()} ${point.device}`;
    if (point.quality === 'uncertain' && byPlace.has(key)) continue;
    byPlace.set(key, point);
  }
  return inOrder([...byPlace.values()]);
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
    buckets.set(keyOf(row), other ? asOneBucket(other, bucket) : bucket);
  }
  return { ok: true, results: inOrder([...buckets.values()]).slice(-query.limit) };
}

/** A device that wrote under two measurements in one interval. */
function asOneBucket(a: HistoryBucket, b: HistoryBucket): HistoryBucket {
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

function inOrder<T extends { readonly time: Date; readonly device: string }>(items: T[]): T[] {
  return items.sort((a, b) => a.time.getTime() - b.time.getTime() || compareText(a.device, b.device));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
