import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { type SqlBool, sql } from 'kysely';
import { isLatestRun } from '../database/latest-run.ts';
import type { Database } from '../database/open-database.ts';
import { atSites } from './at-sites.ts';
import { type Collection, idIn, pageOf } from './collection.ts';

export interface TaskFilter {
  readonly code?: string | undefined;
}

export function tasks(database: Database): Collection<TaskView, TaskFilter> {
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
    named: (ids) => selectTasks(database, (query) => query.where(idIn(ids)).orderBy('id')),
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
