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
import { type FieldError, validationFailed } from '../problems/problem.ts';
import { atSites } from './at-sites.ts';
import { type Collection, checkOf, listPage, removeUnreferenced } from './collection.ts';
import { bodyRefused, explained, maxNamed, stillReferenced } from './configuration-problems.ts';
import { devicesOfPoints } from './points-of-device.ts';
import { lockDevicesOfPoints, requireUnread } from './read-codes.ts';
import { togetherWithSiblings } from './sibling-faults.ts';
import {
  type KindOfPoint,
  type KindsOfStore,
  kindFaults,
  kindFaultsIfKnown,
  kindOf,
} from './stored-kinds.ts';
import { configurationText } from './texts.ts';

export interface PointFilter {
  readonly code?: string | undefined;
  readonly device_id?: number | undefined;
}

type Row = Selectable<PointsTable>;
/** A change of a point before it is judged. */
type PointPatch = { readonly device_id?: number | undefined; readonly [field: string]: unknown };

export interface Points extends Collection<NamedPoint, PointPatch, PointView, PointFilter> {
  /** Creates all points or none; errors say which of them is at fault. */
  createAll(points: readonly NamedPoint[]): Promise<PointView[]>;
}

/** A row has 18 values, and PostgreSQL takes 65,535 in one statement. */
const rowsPerStatement = 2_500;

export function points(database: Database, store: KindsOfStore): Points {
  const shownIn = async (from: Database, rows: readonly Row[]): Promise<PointView[]> => {
    const devices = await devicesOfPoints(from, rows);
    return rows.map((row) => viewOf(devices, row));
  };
  const findIn = async (from: Database, id: number) => {
    const row = await from.selectFrom('points').selectAll().where('id', '=', id).executeTakeFirst();
    return row && (await shownIn(from, [row]))[0];
  };
  return {
    list: async ({ filter, sites, ...page }) => {
      let query = database.selectFrom('points').selectAll();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.device_id !== undefined) query = query.where('device_id', '=', filter.device_id);
      const { results, next } = await listPage(query, { ...page, there: atSites.points(sites) });
      return { results: await shownIn(database, results), next };
    },
    find: (id) => findIn(database, id),
    create: (body) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const devices = await devicesOfPoints(transaction, [body]);
          const device = devices.get(body.device_id);
          const verdict = device ? judgedPoint(device, body) : bodies().points.judgedWithoutDevice(body);
          if (!verdict.ok) throw bodyRefused(verdict.issues);
          deviceOf(devices, body.device_id);
          const point = { ...verdict.value.common, device_id: body.device_id };
          const [message] = await kindFaultsIfKnown(store, transaction, [point]);
          if (message !== undefined) throw validationFailed([{ path: 'data_type', message }]);
          return togetherWithSiblings(transaction, [{ ...point, pathPrefix: '' }], async () => {
            const row = await transaction
              .insertInto('points')
              .values(withJson(body.device_id, verdict.value))
              .returningAll()
              .executeTakeFirstOrThrow();
            return viewOf(devices, row);
          });
        }),
      ),
    createAll: (sent) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const devices = await devicesOfPoints(transaction, sent);
          const { items, issues } = judgedAll(devices, sent);
          if (issues.length > 0) throw bodyRefused(issues);
          const faults = await faultsOf(transaction, devices, items);
          if (faults.length > 0) throw validationFailed(faults);
          const ofKinds = (await kindFaultsIfKnown(store, transaction, items)).flatMap((message, index) =>
            message === undefined ? [] : [{ path: `${index}.data_type`, message }],
          );
          if (ofKinds.length > 0) throw validationFailed(ofKinds);
          const pointsWithPaths = items.map((item, index) => ({ ...item, pathPrefix: `${index}.` }));
          return togetherWithSiblings(transaction, pointsWithPaths, async () => {
            const created: Row[] = [];
            for (let from = 0; from < items.length; from += rowsPerStatement) {
              const rows = items
                .slice(from, from + rowsPerStatement)
                .map(({ device_id, address, ...common }) => withJson(device_id, { common, address }));
              created.push(...(await transaction.insertInto('points').values(rows).returningAll().execute()));
            }
            return created.sort((one, other) => one.id - other.id).map((row) => viewOf(devices, row));
          });
        }),
      ),
    patch: (id, patch, holds) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const mayMove = patch.code !== undefined || patch.device_id !== undefined;
          if (mayMove) await lockDevicesOfPoints(transaction, [id]);
          const row = await transaction
            .selectFrom('points')
            .selectAll()
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst();
          if (!row) return undefined;
          const device_id = patch.device_id ?? row.device_id;
          const devices = await devicesOfPoints(transaction, [row, { device_id }]);
          const point = viewOf(devices, row);
          await holds?.(point, transaction);
          if (Object.keys(patch).length === 0) return point;
          const from = deviceOf(devices, row.device_id);
          const to = deviceOf(devices, device_id);
          const { address, ...now } = row;
          const verdict = changedPoint({ from, to }, { common: now, address }, patch);
          if (!verdict.ok) throw bodyRefused(verdict.issues);
          const patched = { ...verdict.value.common, device_id };
          if (patched.code !== point.code || device_id !== row.device_id) {
            await requireUnread(transaction, store, 'point', [id]);
          }
          if (kindOf(patched) !== kindOf(point) || placeOf(patched) !== placeOf(point)) {
            const [message] = await kindFaults(store, transaction, [patched]);
            if (message !== undefined) throw validationFailed([{ path: changedField(patch), message }]);
          }
          if (device_id !== row.device_id) {
            // A task that chose this point may not have the point's new device.
            const tasks = await tasksThatChose(transaction, id);
            if (tasks.length > 0)
              throw stillReferenced(configurationText('point', { code: point.code }), { tasks });
          }
          return togetherWithSiblings(transaction, [{ ...patched, pathPrefix: '' }], async () => {
            const changed = await transaction
              .updateTable('points')
              .set(withJson(device_id, verdict.value))
              .where('id', '=', id)
              .returningAll()
              .executeTakeFirstOrThrow();
            return viewOf(devices, changed);
          });
        }),
      ),
    remove: (id, holds) =>
      removeUnreferenced(
        database,
        'points',
        id,
        async (transaction) => ({
          tasks: await tasksThatChose(transaction, id),
        }),
        checkOf(holds, (transaction) => findIn(transaction, id)),
      ),
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
    .limit(maxNamed)
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
