import { valueCodes } from '@holdfast/driver/point.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import type { KindsOfStore } from './stored-kinds.ts';
import type { TaskContent } from './task-snapshot.ts';
import { activeSessionsOf } from './tasks.ts';
import { configurationText } from './texts.ts';

/**
 * Keeps the codes of a task's devices and points from changing until the end of the transaction that makes a version of
 * them.
 */
export async function holdCodes(transaction: Database, taskId: number): Promise<void> {
  await sql`select from devices where id in (select device_id from task_devices where task_id = ${taskId})
    order by id for share`.execute(transaction);
}

/** Records which devices and points sessions of a task read from now on: history may be kept under their codes. */
export async function noteReadCodes(transaction: Database, { task_id, devices }: TaskContent): Promise<void> {
  const points = devices.flatMap(({ id, points }) => points.map(({ code }) => ({ id, code })));
  await sql`insert into read_codes (kind, object_id, task_id)
    select 'device', id, ${task_id}::bigint from unnest(${devices.map(({ id }) => id)}::bigint[]) as read (id)
    union all
    select 'point', points.id, ${task_id}::bigint from unnest(
      ${points.map(({ id }) => id)}::bigint[], ${points.map(({ code }) => code)}::text[]) as read (device_id, code)
    join points on points.device_id = read.device_id and points.code = read.code
    on conflict do nothing`.execute(transaction);
}

type CodedKind = 'device' | 'point';

/**
 * Refuses a new code for a device or point, or another device for a point, while a session reads it or values are stored
 * under its code. Lock the devices before, so that no session is started on them meanwhile.
 * @throws Problem, SampleStoreUnavailable
 */
export async function requireUnread(
  transaction: Database,
  store: KindsOfStore,
  kind: CodedKind,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const { rows: read } = await sql<{ id: number; task_id: number }>`
    select object_id as id, task_id from read_codes
    where kind = ${kind} and object_id = any(${ids}::bigint[]) order by 1, 2`.execute(transaction);
  if (read.length === 0) return;
  const tasks = [...new Set(read.map(({ task_id }) => task_id))];
  const [session] = await activeSessionsOf(transaction, tasks);
  const places = await placesOf(transaction, kind, [...new Set(read.map(({ id }) => id))]);
  const [first] = places;
  if (session !== undefined && first) {
    const ofSession = Number(session.split('-')[0]);
    const id = read.find(({ task_id }) => task_id === ofSession)?.id ?? first.id;
    throw codeFixed(kind, places.find((each) => each.id === id) ?? first, session);
  }
  const placesWithValues = new Set(
    (await store.lastValues(places.map(({ place }) => place))).map(({ device, pointCode }) =>
      JSON.stringify([device, pointCode]),
    ),
  );
  const fixed = places.find(({ place }) =>
    placesWithValues.has(JSON.stringify([place.deviceCode, place.pointCode])),
  );
  if (fixed) throw codeFixed(kind, fixed, undefined);
}

interface CodedPlace {
  readonly id: number;
  readonly code: string;
  readonly place: { readonly deviceCode: string; readonly measurement: string; readonly pointCode: string };
}

/** Where values of devices or points may be stored, also those of deleted points. */
async function placesOf(
  transaction: Database,
  kind: CodedKind,
  ids: readonly number[],
): Promise<readonly CodedPlace[]> {
  const points =
    kind === 'point'
      ? sql`select id, device_id, code, count from points where id = any(${ids}::bigint[])`
      : sql`select id, device_id, code, count from points where device_id = any(${ids}::bigint[])
        union select object_id, device_id, before->>'code', (before->>'count')::int from change_items
          where device_id = any(${ids}::bigint[]) and kind = 'point' and op = 'deleted'`;
  const { rows } = await sql<{
    id: number;
    code: string;
    device: string;
    measurement: string;
    point: string;
    count: number | null;
  }>`
    select ${sql.ref(kind === 'device' ? 'd.id' : 'p.id')} as id, ${sql.ref(kind === 'device' ? 'd.code' : 'p.code')} as code,
      d.code as device, coalesce(d.measurement, d.code) as measurement, p.code as point, p.count
    from (${points}) p join devices d on d.id = p.device_id
    order by 1, p.id`.execute(transaction);
  return rows.flatMap(({ id, code, device, measurement, point, count }) =>
    valueCodes({ code: point, ...(count === null ? {} : { count }) }).map((pointCode) => ({
      ...{ id, code, place: { deviceCode: device, measurement, pointCode } },
    })),
  );
}

/** Locks the devices of points, before the points themselves: a change of a device locks in this order too. */
export async function lockDevicesOfPoints(transaction: Database, pointIds: readonly number[]): Promise<void> {
  await sql`select from devices where id in (select device_id from points where id = any(${pointIds}::bigint[]))
    order by id for no key update`.execute(transaction);
}

function codeFixed(
  kind: CodedKind,
  { id, code }: Pick<CodedPlace, 'id' | 'code'>,
  session: string | undefined,
): Problem {
  const what = kind === 'device' ? configurationText('nouns_devices') : configurationText('nouns_points');
  const remedy =
    kind === 'device' ? configurationText('make_a_new_device') : configurationText('make_a_new_point');
  const why =
    session === undefined
      ? configurationText('has_values_that_are_kept_under', { remedy })
      : configurationText('is_read_by_session_under', { session, remedy });
  return new Problem('code_fixed', configurationText('code_fixed', { what, code, why }), {
    [`${kind}_id`]: id,
    ...(session !== undefined && { session_id: session }),
    errors: [{ path: 'code', message: fieldText('in_use_under_this_code') }],
  });
}
