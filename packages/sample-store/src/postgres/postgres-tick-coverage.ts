import type { TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { type Kysely, sql } from 'kysely';
import {
  type CoverageByPeriod,
  type CoverageQuery,
  type CoverageTime,
  coverageOf,
  type DeviceOfSession,
  type LastStored,
  type NewestTick,
  type TickCoverage,
  type TickEntry,
  type TickOutcome,
} from '../tick-coverage.ts';
import { openPostgres } from './open-postgres.ts';
import { isBeforeWriters, rejectionReason, unavailable } from './postgres-errors.ts';
import { readLacking } from './read-lacking.ts';
import { parseMultirange, recordTicks } from './tick-coverage-table.ts';

export interface PostgresTickCoverageOptions {
  readonly databaseUrl: string;
  readonly maxConnections?: number;
}

/** The book of ticks in the table samples.tick_coverage, which `migrateSampleTables` makes. */
export function openPostgresTickCoverage(options: PostgresTickCoverageOptions): TickCoverage {
  const db = openPostgres<unknown>({
    databaseUrl: options.databaseUrl,
    maxConnections: options.maxConnections ?? 2,
  });
  let closed: Promise<void> | undefined;
  return {
    record: (entries) => record(db, entries),
    read: (query) => readCoverage(db, query),
    readOf: (devices, time) => readOf(db, devices, time),
    lackingOf: (devices, time) => lackingOf(db, devices, time),
    newest: (devices, fromMs) => newest(db, devices, fromMs),
    lastStored: (devices) => lastStored(db, devices),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}

async function record(db: Kysely<unknown>, entries: readonly TickEntry[]): Promise<void> {
  try {
    await recordTicks(db, entries);
  } catch (error) {
    if (rejectionReason(error) === undefined) throw unavailable('cannot record ticks', error);
    if (entries.length === 1) return;
    const middle = entries.length >> 1;
    await record(db, entries.slice(0, middle));
    await record(db, entries.slice(middle));
  }
}

/** These outcomes say nothing of a device: neither that it was read, nor why not. */
const saysNothing: readonly TickOutcome[] = ['quarantined', 'fenced', 'sent', 'confirmed', 'source_kept'];

async function newest(
  db: Kysely<unknown>,
  devices: readonly DeviceOfSession[],
  fromMs: number,
): Promise<readonly NewestTick[]> {
  if (devices.length === 0) return [];
  try {
    const { rows } = await sql<{ session_id: string; device_code: string; time_ms: string | null }>`
      select asked.session_id, asked.device_code, (
        select max((upper(ticks) - 1) * period_ms) from samples.tick_coverage as known
        where known.session_id = asked.session_id and known.device_code = asked.device_code
          and day >= ${dayOf(fromMs, '-infinity')}::date and outcome <> all(${saysNothing}::text[])
      ) as time_ms
      from unnest(
        ${devices.map(({ sessionId }) => sessionId)}::text[], ${devices.map(({ deviceCode }) => deviceCode)}::text[]
      ) as asked(session_id, device_code)`.execute(db);
    return rows.flatMap(({ session_id: sessionId, device_code: deviceCode, time_ms }) =>
      time_ms === null ? [] : [{ sessionId, deviceCode, timeMs: Number(time_ms) }],
    );
  } catch (error) {
    if (isBeforeWriters(error)) return [];
    throw unavailable('cannot read what became of the ticks', error);
  }
}

async function lastStored(
  db: Kysely<unknown>,
  devices: readonly DeviceOfSession[],
): Promise<readonly LastStored[]> {
  if (devices.length === 0) return [];
  const recordedTable = sql`samples.tick_coverage as known
    where known.session_id = asked.session_id and known.device_code = asked.device_code`;
  const saysSomething = sql`outcome <> all(${saysNothing}::text[])`;
  try {
    const { rows } = await sql<{
      session_id: string;
      device_code: string;
      first_ms: string | null;
      stored_ms: string | null;
    }>`
      select asked.session_id, asked.device_code, (
        select min(first_tick * period_ms) from ${recordedTable} and ${saysSomething}
          and day = (select min(day) from ${recordedTable} and ${saysSomething})
      ) as first_ms, (
        select max((upper(ticks) - 1) * period_ms) from ${recordedTable} and outcome = 'stored'
          and day = (select max(day) from ${recordedTable} and outcome = 'stored')
      ) as stored_ms
      from unnest(
        ${devices.map(({ sessionId }) => sessionId)}::text[], ${devices.map(({ deviceCode }) => deviceCode)}::text[]
      ) as asked(session_id, device_code)`.execute(db);
    return rows.flatMap(({ session_id: sessionId, device_code: deviceCode, first_ms, stored_ms }) =>
      first_ms === null
        ? []
        : [
            {
              ...{ sessionId, deviceCode, firstMs: Number(first_ms) },
              storedMs: stored_ms === null ? undefined : Number(stored_ms),
            },
          ],
    );
  } catch (error) {
    if (isBeforeWriters(error)) return [];
    throw unavailable('cannot read what became of the ticks', error);
  }
}

function dayOf(timeMs: number | undefined, otherwise: string): string {
  return timeMs === undefined ? otherwise : new Date(timeMs).toISOString().slice(0, 10);
}

async function readCoverage(
  db: Kysely<unknown>,
  { sessionId, deviceCode, fromMs, toMs }: CoverageQuery,
): Promise<ReadonlyMap<string, CoverageByPeriod>> {
  const rows = await gathered(() =>
    sql<CoverageOfDay>`
      select session_id, device_code, period_ms, outcome, ticks::text as ticks from samples.tick_coverage
      where session_id = ${sessionId}
        and (${deviceCode ?? null}::text is null or device_code = ${deviceCode ?? null}::text)
        and day between ${dayOf(fromMs, '-infinity')}::date and ${dayOf(toMs, 'infinity')}::date
      order by device_code, day
    `.execute(db),
  );
  return rows.get(sessionId) ?? new Map();
}

async function readOf(
  db: Kysely<unknown>,
  devices: readonly DeviceOfSession[],
  { fromMs, toMs }: CoverageTime,
): Promise<ReadonlyMap<string, ReadonlyMap<string, CoverageByPeriod>>> {
  if (devices.length === 0) return new Map();
  return gathered(() =>
    sql<CoverageOfDay>`
      select session_id, device_code, period_ms, outcome, ticks::text as ticks
      from unnest(
        ${devices.map(({ sessionId }) => sessionId)}::text[], ${devices.map(({ deviceCode }) => deviceCode)}::text[]
      ) as asked(session_id, device_code)
      join samples.tick_coverage using (session_id, device_code)
      where day between ${dayOf(fromMs, '-infinity')}::date and ${dayOf(toMs, 'infinity')}::date
    `.execute(db),
  );
}

async function lackingOf(
  db: Kysely<unknown>,
  devices: readonly DeviceOfSession[],
  { fromMs, toMs }: CoverageTime,
): ReturnType<TickCoverage['lackingOf']> {
  if (devices.length === 0) return new Map();
  try {
    const days = { from: dayOf(fromMs, '-infinity'), to: dayOf(toMs, 'infinity') };
    return await readLacking(db, devices, days);
  } catch (error) {
    if (isBeforeWriters(error)) return new Map();
    throw unavailable('cannot read which points the ticks lack', error);
  }
}

interface CoverageOfDay {
  readonly session_id: string;
  readonly device_code: string;
  readonly period_ms: number;
  readonly outcome: TickOutcome;
  readonly ticks: string;
}

type ByOutcome = Map<TickOutcome, TickRange[]>;

async function gathered(
  ask: () => Promise<{ readonly rows: readonly CoverageOfDay[] }>,
): Promise<Map<string, Map<string, CoverageByPeriod>>> {
  const bySession = new Map<string, Map<string, Map<number, ByOutcome>>>();
  try {
    const { rows } = await ask();
    for (const row of rows) {
      const byDevice = placeIn(bySession, row.session_id, () => new Map<string, Map<number, ByOutcome>>());
      const byPeriod = placeIn(byDevice, row.device_code, () => new Map<number, ByOutcome>());
      const outcomes = placeIn(byPeriod, row.period_ms, (): ByOutcome => new Map());
      const ranges = placeIn(outcomes, row.outcome, (): TickRange[] => []);
      for (const range of parseMultirange(row.ticks)) ranges.push(range);
    }
  } catch (error) {
    if (isBeforeWriters(error)) return new Map();
    throw unavailable('cannot read what became of the ticks', error);
  }
  return mapped(bySession, (byDevice) => mapped(byDevice, (byPeriod) => mapped(byPeriod, coverageOf)));
}

function mapped<K, V, W>(map: ReadonlyMap<K, V>, of: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, of(value)]));
}

function placeIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) return present;
  const created = make();
  map.set(key, created);
  return created;
}
