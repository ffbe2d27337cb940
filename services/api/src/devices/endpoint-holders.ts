import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/open-database.ts';

/**
 * The collectors that now poll the device, or another one behind the same endpoint. @throws DatabaseUnavailable
 */
export function endpointHolders(database: Database, deviceId: number): Promise<string[]> {
  return holdersAt(database, sql`(select endpoint from devices where id = ${deviceId})`);
}

/** The collectors that now poll a device behind this endpoint. @throws DatabaseUnavailable */
export function holdersOfEndpoint(database: Database, endpoint: string): Promise<string[]> {
  return holdersAt(database, sql`${endpoint}`);
}

async function holdersAt(database: Database, endpoint: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ collector_id: string }>`
    select distinct sessions.collector_id
    from devices
    join task_devices on task_devices.device_id = devices.id
    join sessions on sessions.task_id = task_devices.task_id
    where devices.endpoint = ${endpoint} and sessions.status = 'running' and sessions.collector_id is not null
      and sessions.placement_state = 'placed'`.execute(database);
  return rows.map(({ collector_id }) => collector_id);
}

/** Other running tasks with a device behind an endpoint of these devices of one task. @throws DatabaseUnavailable */
export async function tasksRunningBeside(
  database: Database,
  { taskId, deviceIds }: { readonly taskId: number; readonly deviceIds: readonly number[] },
): Promise<number[]> {
  const { rows } = await sql<{ task_id: number }>`
    select distinct sessions.task_id
    from devices as asked
    join devices on devices.endpoint = asked.endpoint
    join task_devices on task_devices.device_id = devices.id
    join sessions on sessions.task_id = task_devices.task_id
    where asked.id = any(${deviceIds}::bigint[]) and sessions.task_id <> ${taskId} and sessions.status = 'running'
    order by sessions.task_id`.execute(database);
  return rows.map(({ task_id }) => task_id);
}

/**
 * The labels that a device's tasks require of its collector: the same path of a serial line, or the same address, may be
 * another device on another machine. Tasks that read the device now know where it is, so only they count meanwhile. If two
 * tasks contradict each other, the later one counts. @throws DatabaseUnavailable
 */
export async function labelsOfTasks(database: Database, deviceId: number): Promise<Record<string, string>> {
  const rows = await database
    .selectFrom('tasks')
    .innerJoin('task_devices', 'task_devices.task_id', 'tasks.id')
    .select(({ exists, selectFrom }) => [
      'tasks.required_labels',
      exists(
        selectFrom('sessions')
          .select('sessions.task_id')
          .whereRef('sessions.task_id', '=', 'tasks.id')
          .where('sessions.status', '=', 'running')
          .where('sessions.placement_state', '=', 'placed'),
      ).as('is_reading'),
    ])
    .where('task_devices.device_id', '=', deviceId)
    .orderBy('tasks.id')
    .execute();
  const reading = rows.filter(({ is_reading }) => is_reading);
  const counting = reading.length > 0 ? reading : rows;
  return Object.assign({}, ...counting.map(({ required_labels }) => required_labels));
}
