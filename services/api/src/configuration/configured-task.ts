import { hash } from 'node:crypto';
import type { MaxDurationConfig } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { releaseVersion } from '@holdfast/shared/contracts/release-version.ts';
import type { Database } from '../database/open-database.ts';
import { execute, prepared } from '../database/prepared.ts';
import type { SnapshotRow, SnapshotTask } from './task-snapshot.ts';

/** A task as currently configured, with everything that its snapshot is made of. */
export interface ConfiguredTask {
  readonly task: SnapshotTask & { readonly max_duration: MaxDurationConfig | null };
  /** Undefined before its first start. */
  readonly latest: { readonly version: number; readonly hash: string } | undefined;
  readonly rows: readonly SnapshotRow[];
  readonly chosenPointIds: ReadonlySet<number>;
}

interface ReadRow {
  readonly id: number;
  readonly version: number | null;
  readonly hash: string | null;
  readonly task: string;
  readonly devices: string;
  readonly chosen: string;
}

/**
 * Reads tasks in one statement, so that what it reads is consistent, and planned once: planning took longer than
 * reading. Tasks, devices and points are looked up one by one, because a kept plan from when a table was small would
 * read all of it when it is large. The configuration comes as text, which is parsed only if it has changed.
 */
const readTasks = `select tasks.id, latest.version, latest.hash, to_jsonb(tasks)::text as task,
    (
      select coalesce(json_agg(json_build_object(
        'device', to_jsonb(devices) - array['site_id', 'endpoint'],
        'site_code', sites.code,
        'site_networks', sites.networks,
        'points', (
          select coalesce(json_agg(to_jsonb(points) - 'device_id' order by points.id), '[]'::json)
          from points where points.device_id = devices.id
        )
      ) order by devices.id), '[]'::json)::text
      from task_devices
      cross join lateral (select * from devices where devices.id = task_devices.device_id limit 1) as devices
      left join sites on sites.id = devices.site_id
      where task_devices.task_id = tasks.id
    ) as devices,
    (
      select coalesce(json_agg(task_points.point_id order by task_points.point_id), '[]'::json)::text
      from task_points
      cross join lateral (select device_id from points where points.id = task_points.point_id limit 1) as points
      join task_devices on task_devices.device_id = points.device_id and task_devices.task_id = task_points.task_id
      where task_points.task_id = tasks.id
    ) as chosen
  from unnest($1::bigint[]) as wanted (id)
  cross join lateral (select * from tasks where tasks.id = wanted.id limit 1) as tasks
  left join lateral (
    select version, hash from task_config_versions
    where task_id = tasks.id order by version desc limit 1
  ) as latest on true`;

export const readStatement = prepared<ReadRow>('read_configured_tasks', readTasks);

/**
 * Hashes the texts as lines of one text, since line ends within JSON are escaped. The release comes first, because another
 * release may make other content of the same texts.
 */
const hashedTexts = `encode(sha256(convert_to('${releaseVersion}' || E'\\n' || task || E'\\n' || devices || E'\\n' || chosen, 'UTF8')), 'hex')`;

/**
 * @returns id, and `compared_hash` of a version made of these very texts. The database hashes them, because they are
 * megabytes.
 */
export const recognizeStatement = prepared<{ readonly id: number; readonly compared_hash: string }>(
  'recognize_configured_tasks',
  `with hashed as materialized (select id, ${hashedTexts} as texts_hash from (${readTasks}) as texts)
  select hashed.id, found.compared_hash from hashed cross join lateral (
    select compared_hash from task_config_versions
    where task_id = hashed.id and texts_hash = hashed.texts_hash limit 1
  ) as found`,
);

/** The part of a task that a version is made of, as PostgreSQL writes it: the same text is the same configuration. */
export interface TaskTexts {
  readonly latest: ConfiguredTask['latest'];
  readonly task: string;
  readonly devices: string;
  readonly chosen: string;
}

/** The same hash as the database computes. */
export function textsHash({ task, devices, chosen }: TaskTexts): string {
  return hash('sha256', `${releaseVersion}\n${task}\n${devices}\n${chosen}`);
}

/** Reads those of the tasks that exist. @throws DatabaseUnavailable */
export async function readTaskTexts(
  database: Database,
  taskIds: readonly number[],
): Promise<ReadonlyMap<number, TaskTexts>> {
  const rows = await execute(database, readStatement, [taskIds]);
  return new Map(
    rows.map(({ id, version, hash, task, devices, chosen }) => [
      id,
      { latest: version === null || hash === null ? undefined : { version, hash }, task, devices, chosen },
    ]),
  );
}

/** Undefined when there is no such task. @throws DatabaseUnavailable */
export async function readConfiguredTask(
  database: Database,
  taskId: number,
): Promise<ConfiguredTask | undefined> {
  const texts = (await readTaskTexts(database, [taskId])).get(taskId);
  return texts && configuredTask(texts);
}

interface ReadDevice {
  readonly device: SnapshotRow['device'];
  readonly site_code: string | null;
  readonly site_networks: readonly string[] | null;
  readonly points: readonly NonNullable<SnapshotRow['point']>[];
}

export function configuredTask({ latest, task, devices, chosen }: TaskTexts): ConfiguredTask {
  return {
    task: JSON.parse(task) as ConfiguredTask['task'],
    latest,
    rows: (JSON.parse(devices) as ReadDevice[]).flatMap(
      ({ device, site_code: siteCode, site_networks: siteNetworks, points }): SnapshotRow[] =>
        points.length === 0
          ? [{ device, siteCode, siteNetworks, point: null }]
          : points.map((point) => ({ device, siteCode, siteNetworks, point })),
    ),
    chosenPointIds: new Set(JSON.parse(chosen) as number[]),
  };
}
