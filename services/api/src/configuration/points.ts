import { bodies } from '@holdfast/drivers/bodies.ts';
import {
  changedPoint,
  type DeviceOfPoint,
  flatPoint,
  type JudgedPoint,
  judgedPoint,
  type NamedPoint,
  type PointCommon,
  type PointView,
} from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Issue } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { type Selectable, sql } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import type { PointsTable } from '../database/tables.ts';
import { atSites } from './at-sites.ts';
import { type Collection, idIn, listPage } from './collection.ts';
import { devicesOfPoints } from './points-of-device.ts';

export interface PointFilter {
  readonly code?: string | undefined;
  readonly device_id?: number | undefined;
}

export function points(database: Database): Collection<PointView, PointFilter> {
  const rows = () => database.selectFrom('points').selectAll();
  const viewsOf = async (points: readonly Selectable<PointsTable>[]): Promise<PointView[]> => {
    const devices = await devicesOfPoints(database, points);
    return points.flatMap((point) => {
      const device = devices.get(point.device_id);
      return device ? [flatPoint(device.spec, point)] : [];
    });
  };
  return {
    list: async ({ filter, sites, ...page }) => {
      let query = rows();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.device_id !== undefined) query = query.where('device_id', '=', filter.device_id);
      const { results, next } = await listPage(query, { ...page, there: atSites.points(sites) });
      return { results: await viewsOf(results), next };
    },
    named: async (ids) => viewsOf(await rows().where(idIn(ids)).orderBy('id').execute()),
  };
}

/** Where a point's values are stored. */
function placeOf({ device_id, code, count }: KindOfPoint): string {
  return JSON.stringify([device_id, code, count !== null]);
}

/** The field to name for a refused change of kind or place. */
function changedField(patch: PointPatch): string {
  const fields = ['data_type', 'enumeration', 'code', 'device_id'] as const;
  return fields.find((field) => patch[field] !== undefined) ?? 'data_type';
}

/** The columns with documents as JSON text, as the driver wants them. */
function withJson(device_id: number, { common, address }: JudgedPoint) {
  const { linear, enumeration, report, ...columns } = common;
  return {
    ...columns,
    device_id,
    address: JSON.stringify(address),
    linear: linear && JSON.stringify(linear),
    enumeration: enumeration && JSON.stringify(enumeration),
    report: report && JSON.stringify(report),
  };
}

function deviceOf(devices: ReadonlyMap<number, DeviceOfPoint>, id: number): DeviceOfPoint {
  const device = devices.get(id);
  if (!device) throw validationFailed([{ path: 'device_id', message: fieldText('no_such_device') }]);
  return device;
}

const viewOf = (devices: ReadonlyMap<number, DeviceOfPoint>, row: Row): PointView =>
  flatPoint(deviceOf(devices, row.device_id).spec, row);

type Item = PointCommon & { readonly device_id: number; readonly address: unknown };

/** Judges all points; those whose device does not exist are judged as far as possible. */
function judgedAll(devices: ReadonlyMap<number, DeviceOfPoint>, sent: readonly NamedPoint[]) {
  const { points: ofPoint } = bodies();
  const items: Item[] = [];
  const issues: Issue[] = [];
  for (const [index, body] of sent.entries()) {
    const device = devices.get(body.device_id);
    const verdict = device ? judgedPoint(device, body) : ofPoint.judgedWithoutDevice(body);
    if (verdict.ok) {
      const { common, address } = verdict.value;
      items.push({ ...common, device_id: body.device_id, address });
    } else issues.push(...verdict.issues.map(({ path, message }) => ({ path: [index, ...path], message })));
  }
  return { items, issues };
}

/** Codes of the tasks that chose the point. */
async function tasksThatChose(database: Database, pointId: number): Promise<string[]> {
  const tasks = await database
    .selectFrom('task_points')
    .innerJoin('tasks', 'tasks.id', 'task_points.task_id')
    .select('tasks.code')
    .where('task_points.point_id', '=', pointId)
    .orderBy('tasks.code')
    .limit(mostNames)
    .execute();
  return tasks.map(({ code }) => code);
}

/** Finds faults that the database's constraints would find too, but without saying where. */
async function faultsOf(
  database: Database,
  devices: ReadonlyMap<number, DeviceOfPoint>,
  items: readonly Item[],
): Promise<FieldError[]> {
  // Two arrays instead of one parameter per value: there may be ten thousand values.
  const clashes = await sql<{ device_id: number; code: string }>`
    select device_id, code from points
    where (device_id, code) in (
      select * from unnest(${items.map(({ device_id }) => device_id)}::bigint[], ${items.map(({ code }) => code)}::text[])
    )`.execute(database);
  const faultByKey = new Map(
    clashes.rows.map((row) => [JSON.stringify([row.device_id, row.code]), fieldText('taken')]),
  );
  const faults: FieldError[] = [];
  for (const [index, { device_id, code }] of items.entries()) {
    if (!devices.has(device_id)) {
      faults.push({ path: `${index}.device_id`, message: fieldText('no_such_device') });
    }
    const key = JSON.stringify([device_id, code]);
    const fault = faultByKey.get(key);
    if (fault) faults.push({ path: `${index}.code`, message: fault });
    else faultByKey.set(key, fieldText('same_as_item', { item: index }));
  }
  return faults;
}
