import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { ChangedThings } from '../ports.ts';

/** Ids of existing tasks whose content these change sets may have changed, in order. @throws DatabaseUnavailable */
export async function tasksOfChanges(database: Database, sets: readonly number[]): Promise<number[]> {
  if (sets.length === 0) return [];
  const { rows } = await sql<{ readonly task_id: number }>`
    with touched as (select kind, object_id, device_id from change_items where set_id = any(${sets}::bigint[]) and op <> 'none')
    select object_id as task_id from touched join tasks on tasks.id = object_id where kind = 'task'
    union select members.task_id from touched join task_devices as members on members.device_id = touched.device_id
    union select members.task_id from touched join devices on devices.site_id = touched.object_id
      join task_devices as members on members.device_id = devices.id where kind = 'site'
    order by task_id`.execute(database);
  return rows.map(({ task_id }) => task_id);
}

/** Ids of the tasks that read any of these things, and of the tasks among them. @throws DatabaseUnavailable */
export async function tasksReading(
  database: Database,
  { sites = [], devices = [], points = [], tasks = [], changeSets = [] }: ChangedThings,
): Promise<number[]> {
  const { rows } = await sql<{ readonly task_id: number }>`
    select task_id from task_devices join devices on devices.id = device_id
    where device_id = any(${devices}::bigint[]) or site_id = any(${sites}::bigint[])
      or device_id in (select device_id from points where id = any(${points}::bigint[]))`.execute(database);
  const touched = await tasksOfChanges(database, changeSets);
  return [...new Set([...tasks.map(Number), ...touched, ...rows.map(({ task_id }) => task_id)])];
}
