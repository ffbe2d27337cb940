import { valueCodes } from '@holdfast/driver/point.ts';
import type { PointPlace } from '@holdfast/shared/contracts/http/point-name.ts';
import { type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { atSites } from '../../configuration/at-sites.ts';
import type { Database } from '../../database/open-database.ts';

/** A point as it is configured now. An array is one point, with several value codes. */
export interface ConfiguredPoint {
  readonly id: number;
  readonly deviceId: string;
  readonly device: string;
  readonly measurement: string;
  readonly codes: readonly string[];
  readonly name: string;
  readonly unit: string;
  readonly periodMs: number | null;
  readonly sendsChangesOnly: boolean;
}

export interface PointChoice {
  readonly sites: GrantedSites;
  readonly devices?: readonly string[] | undefined;
  /** Points that the task reads, on any of its devices. */
  readonly taskId?: number | undefined;
  readonly places?: readonly PointPlace[] | undefined;
}

/** Enabled points of enabled devices, device by device. @throws DatabaseUnavailable */
export async function configuredPoints(
  database: Database,
  { sites, devices, taskId, places }: PointChoice,
  page: { readonly limit: number; readonly offset: number },
): Promise<ConfiguredPoint[]> {
  let query = database
    .selectFrom('points')
    .innerJoin('devices', 'devices.id', 'points.device_id')
    .select([
      'points.id',
      'points.code',
      'points.count',
      'points.name',
      'points.unit',
      'points.period_ms',
      'devices.id as device_id',
      'devices.code as device',
      'devices.measurement',
      sql<boolean>`points.report is not null`.as('sends_changes_only'),
    ])
    .where(atSites.devices(sites) ?? sql<SqlBool>`true`)
    .orderBy(sql`devices.code collate "C"`)
    .orderBy('points.id')
    .limit(page.limit)
    .offset(page.offset);
  if (devices) query = query.where('devices.code', 'in', devices);
  if (taskId !== undefined) {
    query = query.where(
      sql<SqlBool>`devices.id in (select device_id from task_devices where task_id = ${taskId})
        and (points.id in (select point_id from task_points where task_id = ${taskId})
          or not exists (select from task_points where task_id = ${taskId}))`,
    );
  }
  if (places) {
    // The code of an array element is that of its point with its index: `zone[3]`.
    query = query.where(
      sql<SqlBool>`exists (
        select from unnest(${places.map(({ device }) => device)}::text[], ${places.map(({ point }) => point)}::text[])
          as asked (device, point)
        where devices.code = asked.device
          and (points.code = asked.point or points.count is not null and points.code = regexp_replace(asked.point, '\\[\\d+\\]$', '')))`,
    );
  } else {
    query = query.where('points.enabled', '=', true).where('devices.enabled', '=', true);
  }
  const namesWanted = places && new Set(places.map(({ device, point }) => JSON.stringify([device, point])));
  const rows = await query.execute();
  return rows.map(({ id, code, count, name, unit, period_ms, device_id, device, measurement, ...row }) => ({
    id,
    deviceId: String(device_id),
    device,
    measurement: measurement ?? device,
    // The name of an array means all its elements.
    codes: valueCodes({ code, ...(count !== null && { count }) }).filter(
      (each) =>
        !namesWanted ||
        [code, each].some((codeOrArray) => namesWanted.has(JSON.stringify([device, codeOrArray]))),
    ),
    name,
    unit,
    periodMs: period_ms,
    sendsChangesOnly: row.sends_changes_only,
  }));
}
