import { exactFigure } from '../exact-integer.ts';
import type { AggregateQuery, HistoryBucket, HistoryPoint, HistoryQuery } from '../sample-store.ts';
import { fromWhere, groupedByInterval, quoteIdentifier } from './influxql.ts';
import { type Answer, type Row, readRows } from './influxql-answer.ts';
import { integerSuffix, upperIntegerOffset, upperIntegerSuffix } from './line-spelling.ts';

/** Whether to ask for the fields of exact integers. This takes a further question, which hardly any point needs. */
export function mayBeInexact(figure: unknown): boolean {
  return typeof figure === 'number' && Math.abs(figure) > Number.MAX_SAFE_INTEGER;
}

export function figuresOf({ min, max, last }: HistoryBucket): unknown[] {
  return [min, max, last];
}

/** Asks for the exact integers of the values for which `historyStatement` asks. */
export function exactHistoryStatement(query: HistoryQuery): string {
  const { lower, upper } = fieldsOf(query);
  return (
    `SELECT ${lower} AS "lower_value", ${upper} AS "upper_value", "device"::tag AS "device" ` +
    `${fromWhere(query)} ORDER BY time DESC LIMIT ${query.limit}`
  );
}

/** Asks for the exact integers of the figures for which `aggregateStatement` asks. */
export function exactAggregateStatement(query: AggregateQuery): string {
  const { lower, upper } = fieldsOf(query);
  const columns = ['min', 'max', 'last'].flatMap((figure) => [
    `${figure.toUpperCase()}(${lower}) AS "lower_${figure}"`,
    `${figure.toUpperCase()}(${upper}) AS "upper_${figure}"`,
  ]);
  return `SELECT ${columns.join(', ')} ${fromWhere(query)} ${groupedByInterval(query)}`;
}

function fieldsOf({ pointCode }: HistoryQuery): { lower: string; upper: string } {
  return {
    lower: `${quoteIdentifier(pointCode + integerSuffix)}::integer`,
    upper: `${quoteIdentifier(pointCode + upperIntegerSuffix)}::integer`,
  };
}

/** Whole numbers in JSON that a double does not hold. (A match inside a text only costs time.) */
const longDigits = /(?<![.\d])\d{16,}(?![.\de])/i;

/** Like JSON.parse, but whole numbers that a double does not hold become bigints. @throws SyntaxError */
export function parseExactly(json: string): unknown {
  if (!longDigits.test(json)) return JSON.parse(json);
  return JSON.parse(json, (_key, value: unknown, context?: { source?: string }) => {
    const { source = '' } = context ?? {};
    return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value;
  });
}

export function readExactRows(documents: readonly unknown[]): Answer<Row> {
  const answer = readRows(documents);
  return answer.ok ? { ok: true, results: answer.results.flat() } : answer;
}

export function exactPoints(points: readonly HistoryPoint[], rows: readonly Row[]): HistoryPoint[] {
  const candidatesFor = candidates(rows);
  return points.map((point) => ({ ...point, value: exactly(point.value, candidatesFor(point, 'value')) }));
}

export function exactBuckets(buckets: readonly HistoryBucket[], rows: readonly Row[]): HistoryBucket[] {
  const candidatesFor = candidates(rows);
  return buckets.map((bucket) => ({
    ...bucket,
    min: exactly(bucket.min, candidatesFor(bucket, 'min')),
    // The largest of several that round to the same double.
    max: exactly(bucket.max, candidatesFor(bucket, 'max').toReversed()),
    last: exactly(bucket.last, candidatesFor(bucket, 'last')),
  }));
}

function exactly<T>(figure: T, candidates: readonly bigint[]): T | number | string {
  return typeof figure === 'number' ? exactFigure(figure, ...candidates) : figure;
}

type IntegerLookup = (at: { time: Date; device: string }, figure: string) => bigint[];

/** Candidates for one device and time, ascending: the device may have written under several measurements. */
function candidates(rows: readonly Row[]): IntegerLookup {
  const byPlace = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.timeMs} ${row.tags.device ?? row.cells.device ?? ''}`;
    const others = byPlace.get(key);
    if (others) others.push(row);
    else byPlace.set(key, [row]);
  }
  return ({ time, device }, figure) => {
    const integers = (byPlace.get(`${time.getTime()} ${device}`) ?? []).flatMap(({ cells }) => [
      ...whole(cells[`lower_${figure}`], 0n),
      ...whole(cells[`upper_${figure}`], upperIntegerOffset),
    ]);
    return integers.sort((a, b) => (a < b ? -1 : 1));
  };
}

function whole(cell: unknown, offset: bigint): bigint[] {
  return typeof cell === 'bigint' || Number.isSafeInteger(cell)
    ? [BigInt(cell as bigint | number) + offset]
    : [];
}
