import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import { normalise, type TickRange, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { type QueryExecutorProvider, sql } from 'kysely';
import type { DeviceOfSession, LackingOfDevice } from '../tick-coverage.ts';
import { lackingPoints, lackingTicks, parseMultirange } from './tick-coverage-table.ts';

/** @param days the first and the last day, in PostgreSQL's format */
export async function readLacking(
  db: QueryExecutorProvider,
  devices: readonly DeviceOfSession[],
  days: { readonly from: string; readonly to: string },
): Promise<Map<string, Map<string, Map<number, LackingOfDevice>>>> {
  const { rows } = await sql<LackingOfDay>`
    select session_id, device_code, period_ms, set_name, ticks::text as ticks
    from unnest(
      ${devices.map(({ sessionId }) => sessionId)}::text[], ${devices.map(({ deviceCode }) => deviceCode)}::text[]
    ) as asked(session_id, device_code)
    join ${lackingTicks} using (session_id, device_code)
    where day between ${days.from}::date and ${days.to}::date
    order by session_id, device_code, set_name`.execute(db);
  const lists = await listsOf(db, rows);
  const bySession = new Map<string, Map<string, Map<number, LackingOfDevice>>>();
  for (const [session, ofSession] of Map.groupBy(rows, ({ session_id }) => session_id)) {
    const byDevice = new Map<string, Map<number, LackingOfDevice>>();
    bySession.set(session, byDevice);
    for (const [device, ofDevice] of Map.groupBy(ofSession, ({ device_code }) => device_code)) {
      const byPeriod = Map.groupBy(ofDevice, ({ period_ms }) => period_ms);
      const listOf = (set: string) => lists.get(keyOf(session, set));
      byDevice.set(device, new Map([...byPeriod].map(([period, days]) => [period, ofLength(days, listOf)])));
    }
  }
  return bySession;
}

interface LackingOfDay {
  readonly session_id: string;
  readonly device_code: string;
  readonly period_ms: number;
  readonly set_name: string;
  readonly ticks: string;
}

function ofLength(
  rows: readonly LackingOfDay[],
  listOf: (set: string) => readonly LackedPoints[] | undefined,
): LackingOfDevice {
  const untold: TickRange[] = [];
  const lackingSets: { ticks: TickRanges; points: readonly LackedPoints[] }[] = [];
  for (const [set, days] of Map.groupBy(rows, ({ set_name }) => set_name)) {
    const ticks = normalise(days.flatMap((day) => parseMultirange(day.ticks)));
    const points = listOf(set);
    if (points) lackingSets.push({ ticks, points });
    else untold.push(...ticks);
  }
  return { untold: normalise(untold), sets: lackingSets };
}

async function listsOf(
  db: QueryExecutorProvider,
  sets: readonly { readonly session_id: string; readonly set_name: string }[],
): Promise<Map<string, readonly LackedPoints[]>> {
  if (sets.length === 0) return new Map();
  const { rows } = await sql<{ session_id: string; set_name: string; points: readonly LackedPoints[] }>`
    select session_id, set_name, points
    from (select distinct * from unnest(
      ${sets.map(({ session_id }) => session_id)}::text[], ${sets.map(({ set_name }) => set_name)}::text[]
    )) as asked(session_id, set_name)
    join ${lackingPoints} using (session_id, set_name)`.execute(db);
  return new Map(rows.map(({ session_id, set_name, points }) => [keyOf(session_id, set_name), points]));
}

function keyOf(session: string, set: string): string {
  return JSON.stringify([session, set]);
}
