import type {
  DeviceCreate,
  DevicePatch,
  DeviceView,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { Database } from '../database/open-database.ts';
import { type Collection, pageOf } from './collection.ts';
import { explained, maxNamed, stillReferenced } from './configuration-problems.ts';

export interface DeviceFilter {
  readonly code?: string | undefined;
  readonly site_id?: number | undefined;
}

export function devices(database: Database): Collection<DeviceCreate, DevicePatch, DeviceView, DeviceFilter> {
  const find = (id: number) =>
    database.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
  return {
    list: async ({ after, limit, filter }) => {
      let query = database.selectFrom('devices').selectAll().where('id', '>', after);
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.site_id !== undefined) query = query.where('site_id', '=', filter.site_id);
      return pageOf(
        await query
          .orderBy('id')
          .limit(limit + 1)
          .execute(),
        limit,
      );
    },
    find,
    create: (device) =>
      explained(() => database.insertInto('devices').values(device).returningAll().executeTakeFirstOrThrow()),
    patch: (id, patch) => {
      if (Object.keys(patch).length === 0) return find(id);
      return explained(() =>
        database.updateTable('devices').set(patch).where('id', '=', id).returningAll().executeTakeFirst(),
      );
    },
    remove: (id) =>
      database.transaction().execute(async (transaction) => {
        const device = await transaction
          .selectFrom('devices')
          .select('code')
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!device) return false;
        const tasks = await transaction
          .selectFrom('task_devices')
          .innerJoin('tasks', 'tasks.id', 'task_devices.task_id')
          .select('tasks.code')
          .where('task_devices.device_id', '=', id)
          .orderBy('tasks.code')
          .limit(maxNamed)
          .execute();
        const points = await transaction
          .selectFrom('points')
          .select('code')
          .where('device_id', '=', id)
          .orderBy('code')
          .limit(maxNamed)
          .execute();
        if (tasks.length + points.length > 0) {
          throw stillReferenced(`Device ${device.code}`, {
            tasks: tasks.map(({ code }) => code),
            points: points.map(({ code }) => code),
          });
        }
        await transaction.deleteFrom('devices').where('id', '=', id).execute();
        return true;
      }),
  };
}
