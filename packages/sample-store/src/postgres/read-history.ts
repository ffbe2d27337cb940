import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { type QueryExecutorProvider, sql } from 'kysely';
import { exactFigure } from '../exact-integer.ts';
import type {
  AggregateQuery,
  HistoryBucket,
  HistoryPoint,
  HistoryQuery,
  StoredPlace,
} from '../sample-store.ts';

/**
 * Arrays in the format of `array_send`: a column of many rows as one value. The driver takes a fifth of the time that
 * it would take for the rows, and the server no longer.
 */
function sentDoubles(sent: Buffer): (number | null)[] {
  return elementsOf(sent, (buffer, at) => buffer.readDoubleBE(at));
}

function sentBooleans(sent: Buffer): (boolean | null)[] {
  return elementsOf(sent, (buffer, at) => buffer[at] === 1);
}

function sentTexts(sent: Buffer): (string | null)[] {
  return elementsOf(sent, (buffer, at, length) => buffer.toString('utf8', at, at + length));
}

/** Dimensions, whether there are nulls, type of the elements, their number, index of the first. */
const headerBytes = 20;

function elementsOf<T>(
  sent: Buffer,
  readElement: (buffer: Buffer, at: number, length: number) => T,
): (T | null)[] {
  const elements: (T | null)[] = [];
  for (let at = headerBytes; at < sent.length; ) {
    const length = sent.readInt32BE(at);
    at += 4;
    // A negative length means null.
    if (length < 0) elements.push(null);
    else {
      elements.push(readElement(sent, at, length));
      at += length;
    }
  }
  return elements;
}

interface ValueColumns {
  readonly value_double: number | null;
  readonly value_bool: boolean | null;
  readonly value_text: string | null;
  readonly uncertain: boolean | null;
  /** Digits. */
  readonly value_exact: string | null;
}

function pointValue(row: ValueColumns): PointValue {
  if (row.value_double !== null && row.value_exact !== null) return figure(row.value_double, row.value_exact);
  return (row.value_double ?? row.value_bool ?? row.value_text) as PointValue;
}

/** Everything but texts is in the index; the row itself is read only where a value is not in the index. */
const columns = sql`value_double, value_bool, uncertain, value_exact,
  case when value_double is null and value_bool is null then (
    select value_text from samples.sample_value as row where row.series_id = v.series_id and row.time = v.time
  ) end as value_text`;

function figure(double: number, exact: string | null): number | string {
  return exact === null ? double : exactFigure(double, BigInt(exact));
}

/** Values of a history query as columns, the latest first. Null where none was found, or where some are not plain. */
interface HistoryColumns {
  readonly is_plain: boolean | null;
  readonly seconds: Buffer | null;
  readonly doubles: Buffer | null;
  readonly booleans: Buffer | null;
  readonly uncertain: Buffer | null;
  readonly devices: Buffer | null;
}

/** Reads most values in columns. Texts, which may be long, and integers beyond 2^53 come row by row. */
export async function readHistory(db: QueryExecutorProvider, query: HistoryQuery): Promise<HistoryPoint[]> {
  const { pointCode, devices } = query;
  const [only, ...others] = devices ?? [];
  const deviceCode = others.length === 0 ? only?.deviceCode : undefined;
  const devicesToo = deviceCode === undefined ? sql`array_send(array_agg(device_code))` : sql`null::bytea`;
  const { rows } = await sql<HistoryColumns>`
    select is_plain,
           case when is_plain then array_send(seconds) end as seconds,
           case when is_plain then array_send(doubles) end as doubles,
           case when is_plain then array_send(booleans) end as booleans,
           case when is_plain and is_uncertain then array_send(uncertain) end as uncertain,
           case when is_plain then devices end as devices
    from (
      select bool_and(value_exact is null and value_text is null) as is_plain, array_agg(seconds) as seconds,
             array_agg(value_double) as doubles, array_agg(value_bool) filter (where value_double is null) as booleans,
             bool_or(uncertain) as is_uncertain, array_agg(uncertain) as uncertain, ${devicesToo} as devices
      from (${latest(query)}) as found
    ) as collected
  `.execute(db);
  const [columns] = rows;
  // Nothing was found.
  if (!columns || columns.is_plain === null) return [];
  if (!columns.is_plain) return readRows(db, query);
  const seconds = columns.seconds ? sentDoubles(columns.seconds) : [];
  const doubles = columns.doubles ? sentDoubles(columns.doubles) : [];
  const booleans = columns.booleans ? sentBooleans(columns.booleans) : [];
  const uncertain = columns.uncertain ? sentBooleans(columns.uncertain) : [];
  const codes = columns.devices ? sentTexts(columns.devices) : [];
  const points: HistoryPoint[] = [];
  let boolean = booleans.length;
  for (let row = seconds.length - 1; row >= 0; row -= 1) {
    const double = doubles[row] ?? null;
    if (double === null) boolean -= 1;
    points.push({
      time: new Date(Math.round((seconds[row] as number) * 1_000)),
      device: deviceCode ?? (codes[row] as string),
      pointCode,
      value: double ?? (booleans[boolean] as boolean),
      quality: uncertain[row] === true ? 'uncertain' : 'good',
    });
  }
  return points;
}

interface HistoryRow extends ValueColumns {
  readonly seconds: number;
  readonly device_code: string;
}

async function readRows(db: QueryExecutorProvider, query: HistoryQuery): Promise<HistoryPoint[]> {
  const { rows } = await latest(query).execute(db);
  return rows.reverse().map((row) => ({
    time: new Date(Math.round(row.seconds * 1_000)),
    device: row.device_code,
    pointCode: query.pointCode,
    value: pointValue(row),
    quality: row.uncertain ? 'uncertain' : 'good',
  }));
}

/**
 * Takes the latest of each series first, then the latest of those: each series is read backwards along its index, day
 * by day, and only as far as the limit goes. Times are seconds since 1970: the driver takes twice the time for a day of
 * timestamps.
 */
function latest(query: HistoryQuery) {
  const { start, end, limit } = query;
  return sql<HistoryRow>`
    select date_part('epoch', time) as seconds, value_double, value_bool, value_text, uncertain, value_exact, device_code
    from samples.series
    cross join lateral (
      select time, ${columns}
      from samples.sample_value as v
      where series_id = series.id and time >= ${start} and time < ${end}
      order by time desc limit ${limit}
    ) as latest
    where ${seriesOf(query)}
    order by time desc, device_code collate "C" desc limit ${limit}
  `;
}

/**
 * The latest value of each place. Every run of a task has a series of its own, and a point that was read for years has
 * thousands: only the newest ones are looked at.
 */
export async function readLastValues(
  db: QueryExecutorProvider,
  places: readonly StoredPlace[],
): Promise<HistoryPoint[]> {
  const { rows } = await sql<ValueColumns & { seconds: number; device_code: string; point_code: string }>`
    select date_part('epoch', time) as seconds, value_double, value_bool, value_text, uncertain, value_exact,
           asked.device_code, asked.point_code
    from unnest(${places.map(({ deviceCode }) => deviceCode)}::text[], ${places.map(({ pointCode }) => pointCode)}::text[])
      as asked (device_code, point_code)
    cross join lateral (
      select youngest.* from (
        select id from samples.series
        where series.point_code = asked.point_code and series.device_code = asked.device_code
        order by id desc limit ${newestSeries}
      ) as series
      cross join lateral (
        select time, ${columns} from samples.sample_value as v
        where series_id = series.id order by time desc limit 1
      ) as youngest
      order by time desc limit 1
    ) as last
  `.execute(db);
  return rows.map((row) => ({
    time: new Date(Math.round(row.seconds * 1_000)),
    device: row.device_code,
    pointCode: row.point_code,
    value: pointValue(row),
    quality: row.uncertain ? 'uncertain' : 'good',
  }));
}

/** More than one, as two tasks may read a device at the same time. */
const newestSeries = 3;

/** The last value of each interval is looked up afterwards by its time: sorting all values for it took twice as long. */
export async function readBuckets(
  db: QueryExecutorProvider,
  query: AggregateQuery,
): Promise<HistoryBucket[]> {
  const { start, end, limit, intervalMs, utcOffsetMs = 0 } = query;
  const { rows } = await sql<
    ValueColumns & {
      time: Date;
      device_code: string;
      mean: number | null;
      min: number | null;
      max: number | null;
      min_exact: string | null;
      max_exact: string | null;
      count: number;
    }
  >`
    select bucket as time, found.device_code, mean, min, max, min_exact, max_exact, count, found.uncertain, last.*
    from (
      select bucket, device_code, avg(value_double) as mean, min(value_double) as min, max(value_double) as max,
             min(value_exact) as min_exact, max(value_exact) as max_exact, count(*)::int as count, bool_or(uncertain) as uncertain, max(time) as last_time
      from (
        select date_bin(${intervalMs} * interval '1 millisecond', time, ${new Date(-utcOffsetMs)}::timestamptz) as bucket, device_code,
               time, value_double, uncertain, value_exact
        from samples.series join samples.sample_value on series_id = series.id
        where ${seriesOf(query)} and time >= ${start} and time < ${end}
      ) as v
      group by bucket, device_code
      order by bucket desc, device_code collate "C" desc limit ${limit}
    ) as found
    cross join lateral (
      select value_double, value_bool, value_text, value_exact
      from samples.series join samples.sample_value on series_id = series.id
      where ${seriesOf(query)} and device_code = found.device_code and time = last_time
      limit 1
    ) as last
    order by bucket desc, found.device_code collate "C" desc
  `.execute(db);
  return rows.reverse().map((row) => ({
    time: row.time,
    device: row.device_code,
    pointCode: query.pointCode,
    mean: row.mean,
    min: row.min === null ? null : figure(row.min, row.min_exact),
    max: row.max === null ? null : figure(row.max, row.max_exact),
    last: pointValue(row),
    count: row.count,
    quality: row.uncertain ? 'uncertain' : 'good',
  }));
}

function seriesOf({ pointCode, devices, sessionId, taskId }: HistoryQuery) {
  const conditions = [sql`point_code = ${pointCode}`];
  if (devices) conditions.push(sql`device_code = any(${devices.map((device) => device.deviceCode)}::text[])`);
  if (sessionId !== undefined) conditions.push(sql`session_id = ${sessionId}`);
  if (taskId !== undefined) conditions.push(sql`task_id = ${taskId}`);
  return sql.join(conditions, sql` and `);
}
