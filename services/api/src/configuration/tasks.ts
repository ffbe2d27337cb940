import type { TaskCreate, TaskPatch, TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { type SqlBool, sql } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import { isLatestRun } from '../database/latest-run.ts';
import type { Database } from '../database/open-database.ts';
import { validationFailed } from '../problems/problem.ts';
import { atSites } from './at-sites.ts';
import { type Collection, checkOf, documents, pageOf, removeUnreferenced } from './collection.ts';
import { explained } from './configuration-problems.ts';

export interface TaskFilter {
  readonly code?: string | undefined;
}

export function tasks(database: Database): Collection<TaskCreate, TaskPatch, TaskView, TaskFilter> {
  const find = async (id: number): Promise<TaskView | undefined> => {
    const [task] = await selectTasks(database, (query) => query.where('id', '=', id));
    return task;
  };
  return {
    list: async ({ after, limit, filter, sites }) => {
      const rows = await selectTasks(database, (query) => {
        const page = query
          .where('id', '>', after)
          .where(atSites.tasks(sites) ?? sql<SqlBool>`true`)
          .orderBy('id')
          .limit(limit + 1);
        return filter.code === undefined ? page : page.where('code', '=', filter.code);
      });
      return pageOf(rows, limit);
    },
    find,
    create: ({ device_ids, point_ids, required_labels, max_duration, ...fields }) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const { id } = await transaction
            .insertInto('tasks')
            .values({
              ...fields,
              required_labels: JSON.stringify(required_labels),
              ...documents({ max_duration }, ['max_duration']),
            })
            .returning('id')
            .executeTakeFirstOrThrow();
          await replaceMembers(transaction, id, { device_ids, point_ids });
          return readBack(transaction, id);
        }),
      ),
    patch: (id, { device_ids, point_ids, required_labels, max_duration, ...fields }, holds) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          // Locked, so that a simultaneous start snapshots either all of the change or none of it.
          const task = await transaction
            .selectFrom('tasks')
            .select('id')
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst();
          if (!task) return undefined;
          if (holds) await holds(await readBack(transaction, id), transaction);
          const columns = {
            ...fields,
            ...(required_labels ? { required_labels: JSON.stringify(required_labels) } : {}),
            ...documents({ max_duration }, ['max_duration']),
          };
          if (Object.keys(columns).length > 0) {
            await transaction.updateTable('tasks').set(columns).where('id', '=', id).execute();
          }
          if (device_ids || point_ids) {
            const before = await readBack(transaction, id);
            await replaceMembers(transaction, id, {
              device_ids: device_ids ?? before.device_ids,
              point_ids: point_ids ?? before.point_ids,
            });
          }
          return readBack(transaction, id);
        }),
      ),
    remove: (id, holds) =>
      removeUnreferenced(
        database,
        'tasks',
        id,
        async (transaction) => {
          return { active_sessions: await activeSessionsOf(transaction, [id]) };
        },
        checkOf(holds, (transaction) => readBack(transaction, id)),
      ),
  };
}

/** Ids of sessions of these tasks that are not over. */
export async function activeSessionsOf(database: Database, taskIds: readonly number[]): Promise<string[]> {
  const active = await database
    .selectFrom('sessions')
    .select('session_id')
    .where(sql<boolean>`task_id = any(${taskIds}::bigint[])`)
    .where((where) =>
      where.or([
        where('status', 'in', ['running', 'paused']),
        // The supervisor would try it again.
        where.and([where('error_cause', '=', 'passing'), isLatestRun]),
      ]),
    )
    .execute();
  return active.map(({ session_id }) => session_id);
}

function taskQuery(database: Database) {
  return database.selectFrom('tasks').selectAll();
}

async function selectTasks(
  database: Database,
  narrow: (query: ReturnType<typeof taskQuery>) => ReturnType<typeof taskQuery>,
): Promise<TaskView[]> {
  const rows = await narrow(taskQuery(database)).execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const devices = await database
    .selectFrom('task_devices')
    .selectAll()
    .where('task_id', 'in', ids)
    .orderBy('device_id')
    .execute();
  const points = await database
    .selectFrom('task_points')
    .selectAll()
    .where('task_id', 'in', ids)
    .orderBy('point_id')
    .execute();
  const devicesOf = Map.groupBy(devices, ({ task_id }) => task_id);
  const pointsOf = Map.groupBy(points, ({ task_id }) => task_id);
  return rows.map((row) => ({
    ...row,
    device_ids: devicesOf.get(row.id)?.map(({ device_id }) => device_id) ?? [],
    point_ids: pointsOf.get(row.id)?.map(({ point_id }) => point_id) ?? [],
  }));
}

async function readBack(database: Database, id: number): Promise<TaskView> {
  const [task] = await selectTasks(database, (query) => query.where('id', '=', id));
  if (!task) throw new Error(`task ${id} vanished within a transaction`);
  return task;
}

async function replaceMembers(
  transaction: Database,
  taskId: number,
  { device_ids, point_ids }: { device_ids: readonly number[]; point_ids: readonly number[] },
): Promise<void> {
  await replaceList(transaction, taskId, { table: 'task_devices', member: 'device_id', ids: device_ids });
  const points = await transaction
    .selectFrom('points')
    .select(['id', 'code', 'device_id'])
    .where(sql<boolean>`id = any(${point_ids}::bigint[])`)
    .execute();
  const strangers = points.filter(({ device_id }) => !device_ids.includes(device_id));
  if (strangers.length > 0) {
    const codes = strangers.slice(0, 5).map(({ code }) => code);
    throw validationFailed([
      { path: 'point_ids', message: fieldText('points_of_other_devices', { points: codes.join(', ') }) },
    ]);
  }
  await replaceList(transaction, taskId, { table: 'task_points', member: 'point_id', ids: point_ids });
}

/** Replaces a task's list with two statements whose ids come as one parameter, because there may be ten thousand. */
async function replaceList(
  transaction: Database,
  taskId: number,
  list: {
    readonly table: 'task_devices' | 'task_points';
    readonly member: 'device_id' | 'point_id';
    readonly ids: readonly number[];
  },
): Promise<void> {
  const [table, member] = [sql.table(list.table), sql.ref(list.member)];
  await sql`delete from ${table} where task_id = ${taskId} and ${member} <> all(${list.ids}::bigint[])`.execute(
    transaction,
  );
  if (list.ids.length === 0) return;
  await sql`insert into ${table} (task_id, ${member})
    select ${taskId}::bigint, id from unnest(${list.ids}::bigint[]) as wanted (id) on conflict do nothing`.execute(
    transaction,
  );
}
