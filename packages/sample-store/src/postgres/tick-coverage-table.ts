import { normalise, type TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';
import type { TickEntry, TicksOfDevice } from '../tick-coverage.ts';

const dayMs = 86_400_000;

export const lackingTicks = sql.ref('samples.lacking_ticks');
export const lackingPoints = sql.ref('samples.lacking_points');

/** A range over more days than this is not split: its sender is mistaken, and must not cost memory. */
const daysSplitAtMost = 400;

export interface RowOfDay<O extends string> {
  readonly sessionId: string;
  readonly deviceCode: string;
  readonly periodMs: number;
  readonly outcome: O;
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly ranges: TickRange[];
}

/**
 * A row with so many bytes takes no further ranges. It is rewritten with each batch. PostgreSQL would compress a row of
 * more than 2,000 bytes, or move it elsewhere.
 */
const rowIsFullAt = 1_500;

const tickCoverage = sql.ref('samples.tick_coverage');

/** Adds the entries to samples.tick_coverage. */
export async function recordTicks(db: QueryExecutorProvider, entries: readonly TickEntry[]): Promise<void> {
  await addTicks(db, { table: tickCoverage, kind: sql.ref('outcome') }, coverageRows(entries));
}

/**
 * Adds ticks to those of their device, day, length and kind, in one statement. They add up as sets: ticks that are
 * already there change nothing and write nothing. They go to the last row that begins before them, if it is not full or
 * has them already, so that repeats come to the same row. Rows are locked in the order of their key, so that two
 * writers never wait for each other.
 * @param kind the column for the kind of tick, which a row has as `outcome`
 */
export async function addTicks(
  db: QueryExecutorProvider,
  { table, kind }: { readonly table: RawBuilder<unknown>; readonly kind: RawBuilder<unknown> },
  rows: readonly RowOfDay<string>[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    with news as (
      select session_id, device_code, date '1970-01-01' + since_1970 as day, period_ms, kind, ticks::int8multirange as ticks
      from unnest(
        ${rows.map((row) => row.sessionId)}::text[], ${rows.map((row) => row.deviceCode)}::text[],
        ${rows.map((row) => row.day)}::int[], ${rows.map((row) => row.periodMs)}::int[],
        ${rows.map((row) => row.outcome)}::text[], ${rows.map((row) => multirangeText(row.ranges))}::text[]
      ) as row(session_id, device_code, since_1970, period_ms, kind, ticks)
    )
    insert into ${table} as existing (session_id, device_code, day, period_ms, ${kind}, first_tick, ticks)
    select session_id, device_code, day, period_ms, kind, coalesce(first_tick, lower(news.ticks)), news.ticks
    from news left join lateral (
      select first_tick, ticks from ${table} as known
      where known.session_id = news.session_id and known.device_code = news.device_code and known.day = news.day
        and known.period_ms = news.period_ms and known.${kind} = news.kind and first_tick <= lower(news.ticks)
      order by first_tick desc limit 1
    ) as last on pg_column_size(last.ticks) < ${rowIsFullAt} or last.ticks @> news.ticks
    order by session_id, device_code, day, period_ms, kind
    on conflict (session_id, device_code, day, period_ms, ${kind}, first_tick) do update
      set ticks = existing.ticks + excluded.ticks
      where not existing.ticks @> excluded.ticks`.execute(db);
}

type TickOfDevice = Pick<TicksOfDevice, 'sessionId' | 'deviceCode' | 'periodMs'> & { readonly tick: number };

/** The indexes of the ticks that are recorded as stored. */
export async function ticksOnRecord(
  db: QueryExecutorProvider,
  ticks: readonly TickOfDevice[],
): Promise<Set<number>> {
  // Nothing is recorded under such a name, and asking for it would be refused.
  const entries = [...ticks.entries()].filter(
    ([, { sessionId, deviceCode }]) => !`${sessionId}${deviceCode}`.includes('\0'),
  );
  if (entries.length === 0) return new Set();
  const column = <T>(of: (tick: TickOfDevice) => T): T[] => entries.map(([, tick]) => of(tick));
  const { rows } = await sql<{ index: number }>`
    select index from unnest(
      ${entries.map(([index]) => index)}::int[], ${column((tick) => tick.sessionId)}::text[],
      ${column((tick) => tick.deviceCode)}::text[],
      ${column(({ tick, periodMs }) => Math.floor((tick * periodMs) / dayMs))}::int[],
      ${column(({ periodMs }) => periodMs)}::int[], ${column(({ tick }) => tick)}::int8[]
    ) as asked(index, session_id, device_code, since_1970, period_ms, tick)
    join samples.tick_coverage using (session_id, device_code, period_ms)
    where day = date '1970-01-01' + since_1970 and outcome = 'stored' and ticks @> tick`.execute(db);
  return new Set(rows.map(({ index }) => index));
}

const forgottenAtOnce = 10_000;

/**
 * Removes the recorded outcomes of some sessions' ticks, as many as one short statement can. Stored values stay.
 * @returns how many rows were removed, or 0 if none are left, or no writer has run on this database yet
 */
export async function forgetTicks(db: QueryExecutorProvider, sessionIds: readonly string[]): Promise<number> {
  if (!(await isThere(db))) return 0;
  // The table by which sessions are found comes last.
  for (const table of [lackingTicks, lackingPoints, tickCoverage]) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${table} where ctid = any(array(
        select ctid from ${table} where session_id = any(${sessionIds}::text[])
        limit ${sql.lit(forgottenAtOnce)}
      ))`.execute(db);
    if (numAffectedRows > 0n) return Number(numAffectedRows);
  }
  return 0;
}

/**
 * Sessions with recorded ticks, in the order of their ids: the first `limit` (at least 1) after `after`. Each costs one
 * look at the index: a session may have thousands of rows, and there is no list of sessions to read.
 */
export async function sessionsOnRecord(
  db: QueryExecutorProvider,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  if (!(await isThere(db))) return [];
  const next = (behind: RawBuilder<unknown>) =>
    sql`select session_id from samples.tick_coverage where session_id > ${behind} order by session_id limit 1`;
  const { rows } = await sql<{ session_id: string }>`
    with recursive on_record (session_id, place) as (
      (select session_id, 1 from (${next(sql`${after}::text`)}) as first)
      union all
      select (${next(sql`on_record.session_id`)}), place + 1 from on_record
      where session_id is not null and place < ${limit}
    )
    select session_id from on_record where session_id is not null order by place`.execute(db);
  return rows.map(({ session_id }) => session_id);
}

async function isThere(db: QueryExecutorProvider): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('samples.tick_coverage') is not null as there`.execute(db);
  return rows[0]?.there === true;
}

/** One row for each key: an INSERT may not touch a row twice. */
export function coverageRows<O extends string>(
  entries: readonly (TicksOfDevice & { readonly outcome: O })[],
): RowOfDay<O>[] {
  const rows = new Map<string, RowOfDay<O>>();
  for (const entry of entries) {
    for (const { day, range } of splitByDay(entry)) {
      const { sessionId, deviceCode, periodMs, outcome } = entry;
      const key = JSON.stringify([sessionId, deviceCode, day, periodMs, outcome]);
      const row = rows.get(key);
      const last = row?.ranges.at(-1) as { from: number; to: number } | undefined;
      if (row === undefined) {
        rows.set(key, { sessionId, deviceCode, periodMs, outcome, day, ranges: [{ ...range }] });
      } else if (last && range.from === last.to + 1) last.to = range.to;
      else row.ranges.push({ ...range });
    }
  }
  return [...rows.values()];
}

/** Splits a range by days. A row holds the ticks of one day, so that it stays small however long the session runs. */
function* splitByDay({ from, to, periodMs }: TicksOfDevice): Generator<{ day: number; range: TickRange }> {
  const dayOf = (tick: number) => Math.floor((tick * periodMs) / dayMs);
  const lastDay = dayOf(to);
  let day = dayOf(from);
  if (lastDay - day > daysSplitAtMost) {
    yield { day, range: { from, to } };
    return;
  }
  for (let start = from; day <= lastDay; day += 1) {
    const end = Math.min(to, Math.ceil(((day + 1) * dayMs) / periodMs) - 1);
    if (start <= end) yield { day, range: { from: start, to: end } };
    start = Math.max(start, end + 1);
  }
}

export function multirangeText(ranges: readonly TickRange[]): string {
  return `{${normalise(ranges)
    .map(({ from, to }) => `[${from},${to}]`)
    .join(',')}}`;
}

/** Parses PostgreSQL's format, such as `{[1,4),[7,8)}`. */
export function parseMultirange(text: string): TickRange[] {
  return [...text.matchAll(/\[(-?\d+),(-?\d+)\)/g)].map(([, from, end]) => ({
    from: Number(from),
    to: Number(end) - 1,
  }));
}
