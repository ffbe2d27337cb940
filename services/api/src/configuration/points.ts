import { both } from '@holdfast/driver/form-words.ts';
import {
  newPointFaults,
  type PointCreate,
  type PointPatch,
  type PointView,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import { sql } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import { type FieldError, validationFailed } from '../problems/problem.ts';
import { atSites } from './at-sites.ts';
import { type Collection, checkOf, documents, listPage, removeUnreferenced } from './collection.ts';
import { explained, fieldsDoNotFit, maxNamed, stillReferenced } from './configuration-problems.ts';
import { togetherWithSiblings } from './sibling-faults.ts';
import {
  type KindOfPoint,
  type KindsOfStore,
  kindFaults,
  kindFaultsIfKnown,
  kindOf,
} from './stored-kinds.ts';

export interface PointFilter {
  readonly code?: string | undefined;
  readonly device_id?: number | undefined;
}

export interface Points extends Collection<PointCreate, PointPatch, PointView, PointFilter> {
  /** All or none; errors say which of them is at fault. */
  createAll(points: readonly PointCreate[]): Promise<PointView[]>;
}

/** 25 values a row, and PostgreSQL takes 65,535 in one statement. */
const rowsPerStatement = 2_500;

export function points(database: Database, store: KindsOfStore): Points {
  const findIn = (from: Database, id: number) =>
    from.selectFrom('points').selectAll().where('id', '=', id).executeTakeFirst();
  const find = (id: number) => findIn(database, id);
  return {
    list: ({ filter, sites, ...page }) => {
      let query = database.selectFrom('points').selectAll();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.device_id !== undefined) query = query.where('device_id', '=', filter.device_id);
      return listPage(query, { ...page, there: atSites.points(sites) });
    },
    find,
    create: (point) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const [message] = await kindFaultsIfKnown(store, transaction, [point]);
          if (message !== undefined) throw validationFailed([{ path: 'data_type', message }]);
          return togetherWithSiblings(transaction, [{ ...point, pathPrefix: '' }], () =>
            transaction.insertInto('points').values(rowOf(point)).returningAll().executeTakeFirstOrThrow(),
          );
        }),
      ),
    createAll: (items) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const faults = await faultsOf(transaction, items);
          if (faults.length > 0) throw validationFailed(faults);
          const ofKinds = (await kindFaultsIfKnown(store, transaction, items)).flatMap((message, index) =>
            message === undefined ? [] : [{ path: `${index}.data_type`, message }],
          );
          if (ofKinds.length > 0) throw validationFailed(ofKinds);
          const stored = items.map((item, index) => ({ ...item, pathPrefix: `${index}.` }));
          return togetherWithSiblings(transaction, stored, async () => {
            const created: PointView[] = [];
            for (let from = 0; from < items.length; from += rowsPerStatement) {
              const rows = items.slice(from, from + rowsPerStatement).map(rowOf);
              created.push(...(await transaction.insertInto('points').values(rows).returningAll().execute()));
            }
            return created.sort((one, other) => one.id - other.id);
          });
        }),
      ),
    patch: (id, patch, holds) =>
      explained(() =>
        database.transaction().execute(async (transaction) => {
          const point = await transaction
            .selectFrom('points')
            .selectAll()
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst();
          if (point) await holds?.(point, transaction);
          if (!point || Object.keys(patch).length === 0) return point;
          const patched = { ...point, ...patch } as PointView;
          const faults = newPointFaults(point, patched);
          if (faults.length > 0) throw fieldsDoNotFit(faults);
          if (kindOf(patched) !== kindOf(point) || placeOf(patched) !== placeOf(point)) {
            const [message] = await kindFaults(store, transaction, [patched]);
            if (message !== undefined) throw validationFailed([{ path: changedField(patch), message }]);
          }
          if (patched.device_id !== point.device_id) {
            // A task that chose this point may not have the other device.
            const tasks = await tasksThatChose(transaction, id);
            if (tasks.length > 0)
              throw stillReferenced(both(`Point ${point.code}`, `点位 ${point.code} `), { tasks });
          }
          return togetherWithSiblings(transaction, [{ ...patched, pathPrefix: '' }], () =>
            transaction
              .updateTable('points')
              .set(rowOf(patch))
              .where('id', '=', id)
              .returningAll()
              .executeTakeFirst(),
          );
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

/** Where its values are stored. */
function placeOf({ device_id, code, count }: KindOfPoint): string {
  return JSON.stringify([device_id, code, count !== null]);
}

/** The field that a change of kind or place is about. */
function changedField(patch: PointPatch): keyof PointPatch {
  const fields = ['data_type', 'enumeration', 'code', 'device_id'] as const;
  return fields.find((field) => patch[field] !== undefined) ?? 'data_type';
}

/** With documents as text, as the driver wants them. */
function rowOf<Fields extends Pick<PointPatch, 'linear' | 'enumeration' | 'report'>>(fields: Fields) {
  return { ...fields, ...documents(fields, ['linear', 'enumeration', 'report']) };
}

/** Their codes. */
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

/** Faults that the database's constraints would find as well, but without saying where. */
async function faultsOf(database: Database, items: readonly PointCreate[]): Promise<FieldError[]> {
  const deviceIds = [...new Set(items.map(({ device_id }) => device_id))];
  const known = await database.selectFrom('devices').select('id').where('id', 'in', deviceIds).execute();
  const knownIds = new Set(known.map(({ id }) => id));
  // One array each instead of a parameter a value: there may be ten thousand.
  const taken = await sql<{ device_id: number; code: string }>`
    select device_id, code from points
    where (device_id, code) in (
      select * from unnest(${items.map(({ device_id }) => device_id)}::bigint[], ${items.map(({ code }) => code)}::text[])
    )`.execute(database);
  const seen = new Map(taken.rows.map((row) => [JSON.stringify([row.device_id, row.code]), 'is taken']));
  const faults: FieldError[] = [];
  for (const [index, { device_id, code }] of items.entries()) {
    if (!knownIds.has(device_id)) {
      faults.push({ path: `${index}.device_id`, message: 'there is no such device' });
    }
    const key = JSON.stringify([device_id, code]);
    const fault = seen.get(key);
    if (fault) faults.push({ path: `${index}.code`, message: fault });
    else seen.set(key, `is the same as that of item ${index}`);
  }
  return faults;
}
