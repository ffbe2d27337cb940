import { isDeepStrictEqual } from 'node:util';
import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { DeviceConfig, PointConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { sql } from 'kysely';
import { type GrantedSites, requireRoleAt, type SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { Problem } from '../../problems/problem.ts';
import { keyOf } from '../change-sets/plan-revert.ts';
import type { RowWrite } from '../change-sets/row-write.ts';
import { writeSoundly } from '../change-sets/sound-rows.ts';
import { lockedRows } from '../change-sets/write-rows.ts';
import { explained } from '../configuration-problems.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { configurationText } from '../texts.ts';
import { siteCodesOf } from '../version-sites.ts';

type Columns = Readonly<Record<string, unknown>>;

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
  const task = before.get(keyOf({ kind: 'task', id: taskId }));
  if (!task) throw new Problem('task_not_found', configurationText('task_not_found', { taskId }));
  const there = deviceIds.filter((id) => before.has(keyOf({ kind: 'device', id })));
  await siteAccess.requireUntilEnd(transaction, granted, { tasks: [taskId], devices: there });
  const sites = await idsOfSites(transaction, siteCodesOf(config));
  const writes = config.devices.flatMap((device): RowWrite[] => [
    ...writeOf('device', Number(device.id), before, deviceRow(device, sites)),
    ...device.points.flatMap((point) => {
      const id = points.get(`${device.id} ${point.code}`);
      return writeOf('point', id, before, pointRow(Number(device.id), point));
    }),
  ]);
  await explained(() => writeSoundly(transaction, store, before, writes));
  const { pointIds: point_ids, unread } = await choosePoints(transaction, config, { task, keepsPoints });
  const lists = { device_ids: [...deviceIds].sort((one, other) => one - other), point_ids };
  const taskFields = {
    ...{ name: config.task_name, period_ms: config.period_ms, required_labels: config.required_labels ?? {} },
    ...{ enabled: true, ...lists },
  };
  await explained(() =>
    writeSoundly(transaction, store, before, writeOf('task', taskId, before, taskFields)),
  );
  return unread;
}

/** The write that makes a row as wanted, or none if it already is. */
function writeOf(
  kind: ChangedKind,
  id: number | undefined,
  before: ReadonlyMap<string, Columns>,
  newRow: Columns,
): RowWrite[] {
  const now = before.get(keyOf({ kind, id }));
  if (!now) return [{ kind, id, op: 'create', row: newRow, fields: Object.keys(newRow) }];
  const fields = Object.keys(newRow).filter((name) => !isDeepStrictEqual(now[name], newRow[name]));
  return fields.length === 0 ? [] : [{ kind, id, op: 'change', row: { ...now, ...newRow }, fields }];
}

function deviceRow(
  { id: _, points: __, site_code, site_networks: ___, measurement, ...columns }: DeviceConfig,
  sites: ReadonlyMap<string, number>,
): Columns {
  // If the site no longer exists, the device stays where it is.
  const siteId = site_code === '' ? null : sites.get(site_code);
  const site = siteId === undefined ? {} : { site_id: siteId };
  return { ...columns, ...site, measurement: measurement ?? null, enabled: true };
}

const unset = {
  ...{ count: null, precision: null, valid_min: null, valid_max: null, linear: null, enumeration: null },
  ...{ period_ms: null, report: null, writable: false },
};

function pointRow(device_id: number, point: PointConfig): Columns {
  return { ...unset, ...point, device_id, enabled: true };
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
  { task, keepsPoints }: { readonly task: Columns; readonly keepsPoints: boolean },
): Promise<{ readonly pointIds: number[]; readonly unread: string[] }> {
  const places = devices.flatMap(({ id, points }) => points.map(({ code }) => ({ id, code })));
  const { rows } = await sql<{ id: number; device_id: number; name: string; wanted: boolean }>`
    select points.id, points.device_id, devices.code || '/' || points.code as name, read.code is not null as wanted
    from points join devices on devices.id = points.device_id
    left join unnest(${places.map(({ id }) => id)}::bigint[], ${places.map(({ code }) => code)}::text[])
      as read (device_id, code) on read.device_id = points.device_id and read.code = points.code
    where points.device_id = any(${devices.map(({ id }) => id)}::bigint[]) and points.enabled
    order by points.id`.execute(transaction);
  const now = new Set(task.point_ids as readonly number[]);
  const devicesNow = new Set(task.device_ids as readonly number[]);
  const isRead = (row: (typeof rows)[number]) =>
    now.size > 0 ? now.has(row.id) : devicesNow.has(row.device_id);
  const isChosen = (row: (typeof rows)[number]) => row.wanted || (keepsPoints && isRead(row));
  return {
    pointIds: rows.every(isChosen) ? [] : rows.filter(isChosen).map(({ id }) => id),
    unread: rows.filter((row) => isRead(row) && !isChosen(row)).map(({ name }) => name),
  };
}
