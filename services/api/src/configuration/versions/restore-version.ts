import type { DeviceConfig, PointConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { sql } from 'kysely';
import { type GrantedSites, requireRoleAt, type SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { Problem } from '../../problems/problem.ts';
import {
  type DeviceRow,
  type PointRow,
  type RowOf,
  type RowWrite,
  rowIn,
  writeOf,
} from '../change-sets/row-write.ts';
import { writeSoundly } from '../change-sets/sound-rows.ts';
import { lockedRows } from '../change-sets/write-rows.ts';
import { endpointColumn, specOf } from '../device-specs.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { configurationText } from '../texts.ts';
import { siteCodesOf } from '../version-sites.ts';

export interface RestoreVersion {
  readonly config: TaskConfig;
  readonly granted: GrantedSites;
  readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
  readonly store: KindsOfStore;
  /** Whether the task continues reading points that the version lacks. */
  readonly keepsPoints: boolean;
}

/**
 * Restores a task to a former version, with its devices and points: what was deleted since comes back under its old id.
 * Devices that other tasks also read change for them as well. Points added since are not deleted; unless they
 * are kept, the task just does not read them.
 * @returns points that the task read and does not read any longer, as DEVICE/POINT
 * @throws Problem
 */
export async function restoreVersion(
  transaction: Database,
  { config, granted, siteAccess, store, keepsPoints }: RestoreVersion,
): Promise<string[]> {
  requireRoleAt(granted, siteCodesOf(config));
  const taskId = Number(config.task_id);
  const deviceIds = config.devices.map(({ id }) => Number(id));
  const points = await idsOfPoints(transaction, deviceIds);
  const pointIds = config.devices.flatMap(({ id, points: each }) =>
    each.flatMap(({ code }) => points.get(`${id} ${code}`) ?? []),
  );
  const things = [
    { kind: 'task' as const, id: taskId },
    ...deviceIds.map((id) => ({ kind: 'device' as const, id })),
    ...pointIds.map((id) => ({ kind: 'point' as const, id })),
  ];
  const before = await lockedRows(transaction, things);
  const task = rowIn(before, 'task', taskId);
  if (!task) throw new Problem('task_not_found', configurationText('task_not_found', { taskId }));
  const there = deviceIds.filter((id) => rowIn(before, 'device', id));
  await siteAccess.requireUntilEnd(transaction, granted, { tasks: [taskId], devices: there });
  const sites = await idsOfSites(transaction, siteCodesOf(config));
  const writes = config.devices.flatMap((device): RowWrite[] => {
    const deviceId = Number(device.id);
    const now = rowIn(before, 'device', deviceId);
    return [
      ...writeOf({ kind: 'device', id: deviceId }, now, deviceRow(device, sites, now)),
      ...device.points.flatMap((point) => {
        const id = points.get(`${device.id} ${point.code}`);
        return writeOf({ kind: 'point', id }, rowIn(before, 'point', id), pointRow(deviceId, point));
      }),
    ];
  });
  await writeSoundly(transaction, store, before, writes);
  const { pointIds: point_ids, unread } = await choosePoints(transaction, config, { task, keepsPoints });
  const lists = { device_ids: [...deviceIds].sort((one, other) => one - other), point_ids };
  const restored = {
    ...{
      ...task,
      name: config.task_name,
      period_ms: config.period_ms,
      required_labels: config.required_labels ?? {},
    },
    ...{ enabled: true, ...lists },
  };
  await writeSoundly(transaction, store, before, writeOf({ kind: 'task', id: taskId }, task, restored));
  return unread;
}

function deviceRow(
  { id: _, points: __, site_code, site_networks: ___, measurement, ...columns }: DeviceConfig,
  sites: ReadonlyMap<string, number>,
  now: DeviceRow | undefined,
): DeviceRow {
  // If the site no longer exists, the device stays where it is.
  const site_id = site_code === '' ? null : (sites.get(site_code) ?? now?.site_id ?? null);
  const endpoint = endpointColumn(specOf(columns), columns.connection);
  return { ...columns, site_id, endpoint, measurement: measurement ?? null, enabled: true };
}

const unset = {
  ...{ count: null, precision: null, valid_min: null, valid_max: null, linear: null, enumeration: null },
  ...{ period_ms: null, report: null, writable: false },
};

function pointRow(device_id: number, point: PointConfig): PointRow {
  return { ...unset, ...point, device_id, enabled: true } as PointRow;
}

/** Ids of points by device and code, including deleted points, which come back under their id. */
async function idsOfPoints(
  transaction: Database,
  deviceIds: readonly number[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ device_id: number; code: string; id: number }>`
    select device_id, before->>'code' as code, max(object_id) as id from change_items
      where kind = 'point' and op = 'deleted' and device_id = any(${deviceIds}::bigint[]) group by 1, 2
    union all
    select device_id, code, id from points where device_id = any(${deviceIds}::bigint[])`.execute(
    transaction,
  );
  // Existing points come last, so they win over deleted ones.
  return new Map(rows.map(({ device_id, code, id }) => [`${device_id} ${code}`, id]));
}

async function idsOfSites(
  transaction: Database,
  codes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await transaction
    .selectFrom('sites')
    .select(['id', 'code'])
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .execute();
  return new Map(rows.map(({ id, code }) => [code, id]));
}

/** Ids of the points to choose, or none if the devices have no enabled points beyond those. */
async function choosePoints(
  transaction: Database,
  { devices }: TaskConfig,
  { task, keepsPoints }: { readonly task: RowOf['task']; readonly keepsPoints: boolean },
): Promise<{ readonly pointIds: number[]; readonly unread: string[] }> {
  const places = devices.flatMap(({ id, points }) => points.map(({ code }) => ({ id, code })));
  const { rows } = await sql<{ id: number; device_id: number; name: string; wanted: boolean }>`
    select points.id, points.device_id, devices.code || '/' || points.code as name, read.code is not null as wanted
    from points join devices on devices.id = points.device_id
    left join unnest(${places.map(({ id }) => id)}::bigint[], ${places.map(({ code }) => code)}::text[])
      as read (device_id, code) on read.device_id = points.device_id and read.code = points.code
    where points.device_id = any(${devices.map(({ id }) => id)}::bigint[]) and points.enabled
    order by points.id`.execute(transaction);
  const now = new Set(task.point_ids);
  const devicesNow = new Set(task.device_ids);
  const isRead = (row: (typeof rows)[number]) =>
    now.size > 0 ? now.has(row.id) : devicesNow.has(row.device_id);
  const isChosen = (row: (typeof rows)[number]) => row.wanted || (keepsPoints && isRead(row));
  return {
    pointIds: rows.every(isChosen) ? [] : rows.filter(isChosen).map(({ id }) => id),
    unread: rows.filter((row) => isRead(row) && !isChosen(row)).map(({ name }) => name),
  };
}
