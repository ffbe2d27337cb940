import { both } from '@holdfast/driver/form-words.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import type { TaskContent } from './task-snapshot.ts';

/**
 * Keeps the codes of a task's devices and points from changing until the end of the transaction that makes a version of
 * them.
 */
export async function holdCodes(transaction: Database, taskId: number): Promise<void> {
  await sql`select from devices where id in (select device_id from task_devices where task_id = ${taskId})
    order by id for share`.execute(transaction);
}

/** Records which devices and points sessions read from now on, because history is kept under their codes. */
export async function noteReadCodes(transaction: Database, { devices }: TaskContent): Promise<void> {
  const points = devices.flatMap(({ id, points }) => points.map(({ code }) => ({ id, code })));
  await sql`insert into read_codes (kind, object_id)
    select 'device', id from unnest(${devices.map(({ id }) => id)}::bigint[]) as read (id)
    union all
    select 'point', points.id from unnest(
      ${points.map(({ id }) => id)}::bigint[], ${points.map(({ code }) => code)}::text[]) as read (device_id, code)
    join points on points.device_id = read.device_id and points.code = read.code
    on conflict do nothing`.execute(transaction);
}

/** Whether sessions have read any of these things. */
export async function readAmong(
  transaction: Database,
  kind: 'device' | 'point',
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const rows = await transaction
    .selectFrom('read_codes')
    .select('object_id')
    .where('kind', '=', kind)
    .where(sql<boolean>`object_id = any(${ids}::bigint[])`)
    .execute();
  return new Set(rows.map(({ object_id }) => object_id));
}

/**
 * Refuses a new code for a device or point on which a session was started. Locks the device, so that no session is
 * started on it meanwhile. @throws Problem
 */
export async function requireUnread(
  transaction: Database,
  kind: 'device' | 'point',
  { id, code }: { readonly id: number; readonly code: string },
): Promise<void> {
  if ((await readAmong(transaction, kind, [id])).size > 0) throw codeFixed(kind, code);
}

/** Locks the devices of points, before the points themselves: a change of a device locks in this order too. */
export async function lockDevicesOfPoints(transaction: Database, pointIds: readonly number[]): Promise<void> {
  await sql`select from devices where id in (select device_id from points where id = any(${pointIds}::bigint[]))
    order by id for no key update`.execute(transaction);
}

export function codeFixed(kind: 'device' | 'point', code: string): Problem {
  const what = kind === 'device' ? both('Device', '设备') : both('Point', '点位');
  const remedy =
    kind === 'device'
      ? both('make a new device with the other code and disable this one', '请用新代码新建设备，并停用此设备')
      : both(
          'make a new point with the other code or device, at the same address, and disable this one',
          '请用新代码或在另一设备上新建点位（地址相同），并停用此点位',
        );
  return new Problem(
    'code_fixed',
    both(
      `${what.en} ${code} was read by a session, and what it read is kept under this code: ${remedy.en}. Its name is free at any time.`,
      `${what.zh} ${code} 已被会话读取，读到的数据保存在此代码下：${remedy.zh}。名称可随时更改。`,
    ),
    { errors: [{ path: 'code', message: 'was read under this code' }] },
  );
}
