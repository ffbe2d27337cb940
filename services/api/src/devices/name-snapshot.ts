import type { DeviceSnapshot } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { sql } from 'kysely';
import { type ConfigVersions, storedSnapshot } from '../configuration/config-versions.ts';
import type { Database } from '../database/open-database.ts';
import type { TaskConfigs } from '../ports.ts';
import { devicesText } from './texts.ts';

export interface SnapshotSources {
  readonly database: Database;
  readonly versions: Pick<ConfigVersions, 'newestIfCurrent'>;
  /** @throws BrokerUnavailable */
  readonly taskConfigs: () => TaskConfigs;
}

/** Tasks with more devices are not searched for one point. */
const devicesAtMost = 20;

/**
 * Names the snapshot in TASK_CONFIGS where a collector finds a point as it is configured now: the newest version of a
 * task that reads the point, or else a snapshot of its device that is stored for this.
 * @param device the device with only this point
 * @throws Problem, StoreUnavailable, BrokerUnavailable, DatabaseUnavailable
 */
export async function nameSnapshot(
  { database, versions, taskConfigs }: SnapshotSources,
  { pointId, device }: { readonly pointId: number; readonly device: DeviceConfig },
): Promise<DeviceSnapshot> {
  const configs = taskConfigs();
  for (const task of await tasksReading(database, pointId)) {
    const version = await versions.newestIfCurrent(configs, task);
    if (version !== undefined) return { task: String(task), version };
  }
  return {
    hash: await storedSnapshot(devicesText('device', { code: device.code }), () => configs.putDevice(device)),
  };
}

/** Tasks whose snapshots contain the point, running ones first. */
async function tasksReading(database: Database, pointId: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select tasks.id
    from points
    join devices on devices.id = points.device_id
    join task_devices on task_devices.device_id = devices.id
    join tasks on tasks.id = task_devices.task_id
    where points.id = ${pointId} and points.enabled and devices.enabled and tasks.enabled
      and (
        exists (select from task_points where task_id = tasks.id and point_id = points.id)
        or not exists (select from task_points where task_id = tasks.id)
      )
      and (select count(*) from task_devices where task_id = tasks.id) <= ${devicesAtMost}
    order by exists (select from sessions where task_id = tasks.id and status = 'running') desc, tasks.id
    limit 3`.execute(database);
  return rows.map(({ id }) => id);
}
