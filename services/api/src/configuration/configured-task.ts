import type { MaxDurationConfig } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { Database } from '../database/open-database.ts';
import { execute, prepared } from '../database/prepared.ts';
import type { SnapshotRow, SnapshotTask } from './task-snapshot.ts';

/** A task as it stands in the configuration, with all that a snapshot of it is made of. */
export interface ConfiguredTask {
  readonly task: SnapshotTask & { readonly max_duration: MaxDurationConfig | null };
  /** Undefined before its first start. */
  readonly latest: { readonly version: number; readonly hash: string } | undefined;
  readonly rows: readonly SnapshotRow[];
  readonly chosen: ReadonlySet<number>;
}

interface ReadRow {
  readonly task: ConfiguredTask['task'];
  readonly version: number | null;
  readonly hash: string | null;
  readonly devices: readonly {
    readonly device: SnapshotRow['device'];
    readonly site_code: string | null;
    readonly points: readonly NonNullable<SnapshotRow['point']>[];
  }[];
  readonly chosen: readonly number[];
}

/** One statement, so that what it reads belongs together, and planned once: planning took longer than reading. */
const readStatement = prepared<ReadRow>(
  'read_configured_task',
  `select to_jsonb(tasks) as task, latest.version, latest.hash,
    (
      select coalesce(json_agg(json_build_object(
        'device', to_jsonb(devices) - 'site_id',
        'site_code', sites.code,
        'points', (
          select coalesce(json_agg(to_jsonb(points) - 'device_id' order by points.id), '[]'::json)
          from points where points.device_id = devices.id
        )
      ) order by devices.id), '[]'::json)
      from task_devices
      join devices on devices.id = task_devices.device_id
      left join sites on sites.id = devices.site_id
      where task_devices.task_id = tasks.id
    ) as devices,
    (
      select coalesce(json_agg(task_points.point_id), '[]'::json)
      from task_points
      join points on points.id = task_points.point_id
      join task_devices on task_devices.device_id = points.device_id and task_devices.task_id = task_points.task_id
      where task_points.task_id = tasks.id
    ) as chosen
  from tasks
  left join lateral (
    select version, hash from task_config_versions
    where task_id = tasks.id order by version desc limit 1
  ) as latest on true
  where tasks.id = $1`,
);

/** Undefined when there is no such task. @throws DatabaseUnavailable */
export async function readConfiguredTask(
  database: Database,
  taskId: number,
): Promise<ConfiguredTask | undefined> {
  const [row] = await execute(database, readStatement, [taskId]);
  if (!row) return undefined;
  const { task, version, hash, devices, chosen } = row;
  return {
    task,
    latest: version === null || hash === null ? undefined : { version, hash },
    rows: devices.flatMap(({ device, site_code: siteCode, points }): SnapshotRow[] =>
      points.length === 0
        ? [{ device, siteCode, point: null }]
        : points.map((point) => ({ device, siteCode, point })),
    ),
    chosen: new Set(chosen),
  };
}
