import type { ValueKind } from '@holdfast/driver/values/value-kind.ts';
import { type Kysely, sql } from 'kysely';
import type { StoredPlace } from '../sample-store.ts';
import { isBeforeWriters, unavailable } from './postgres-errors.ts';

/** More than one, as a session that has just begun may have no values yet. */
const sessionsLookedAt = 3;

/** Kinds of the latest values of each place, in its newest sessions. @throws SampleStoreUnavailable */
export async function readKinds(
  db: Kysely<unknown>,
  places: readonly StoredPlace[],
): Promise<readonly ReadonlySet<ValueKind>[]> {
  const kinds = places.map(() => new Set<ValueKind>());
  if (places.length === 0) return kinds;
  try {
    const { rows } = await sql<{ index: number; kind: ValueKind }>`
      select distinct asked.index, case
        when value_double is not null then 'number' when value_bool is not null then 'truth' else 'text' end as kind
      from unnest(
        ${places.map((_, index) => index)}::int[], ${places.map(({ deviceCode }) => deviceCode)}::text[],
        ${places.map(({ pointCode }) => pointCode)}::text[]
      ) as asked(index, device_code, point_code)
      cross join lateral (
        select id from samples.series
        where series.point_code = asked.point_code and series.device_code = asked.device_code
        order by id desc limit ${sql.lit(sessionsLookedAt)}
      ) as latest
      cross join lateral (
        select value_double, value_bool from samples.sample_value
        where series_id = latest.id order by time desc limit 1
      ) as youngest`.execute(db);
    for (const { index, kind } of rows) kinds[index]?.add(kind);
    return kinds;
  } catch (error) {
    if (isBeforeWriters(error)) return kinds;
    throw unavailable('cannot read which values are stored', error);
  }
}
