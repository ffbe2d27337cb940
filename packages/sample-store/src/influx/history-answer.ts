import type { AggregateQuery, HistoryBucket, HistoryPoint, HistoryQuery } from '../sample-store.ts';
import type { Cell } from './influxql-answer.ts';
import { type Answer, type Row, readRows, readSeries, type Series } from './influxql-answer.ts';

/** Reads the answer to `historyStatement`, asked with `epoch=ms`. */
export function readHistoryAnswer(documents: readonly unknown[], query: HistoryQuery): Answer<HistoryPoint> {
  const answer = readSeries(documents);
  if (!answer.ok) return answer;
  const ofSeries = answer.results.flat().map((series) => pointsOf(series, query.pointCode));
  const [only = []] = ofSeries;
  const results = ofSeries.length > 1 || !isAscending(only) ? together(ofSeries.flat()) : only;
  return { ok: true, results: results.slice(-query.limit) };
}

/** Oldest first: the answer has them the other way round. */
export function pointsOf({ tags, columns, values }: Series, pointCode: string): HistoryPoint[] {
  const [timeAt, valueAt, deviceAt, qualityAt] = ['time', 'value', 'device', 'quality'].map((name) =>
    columns.indexOf(name),
  ) as [number, number, number, number];
  const points: HistoryPoint[] = [];
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const row = values[index] as readonly unknown[];
    const value = row[valueAt];
    // The answer to this question never has a bigint.
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

/**
 * Merges series. The quality is a tag, so a tick that was read again under a better clock has two values; the better
 * one counts.
 */
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
export function readAggregateAnswer(
  documents: readonly unknown[],
  query: AggregateQuery,
): Answer<HistoryBucket> {
  const answer = readRows(documents);
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

/** Merges two buckets of a device that wrote under two measurements in one interval. */
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
