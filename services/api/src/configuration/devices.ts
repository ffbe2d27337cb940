import {
  type DeviceCreate,
  type DevicePatch,
  type DeviceView,
  deviceFaults,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import { atSites } from './at-sites.ts';
import { type Collection, checkOf, documents, listPage, removeUnreferenced } from './collection.ts';
import { explained, fieldsDoNotFit, maxNamed } from './configuration-problems.ts';
import { endpointOfDevice, placeOf, requireFreePlace } from './device-places.ts';
import { type KindsOfStore, kindFaults } from './stored-kinds.ts';

export interface DeviceFilter {
  readonly code?: string | undefined;
  readonly site_id?: number | undefined;
}

export function devices(
  database: Database,
  store: KindsOfStore,
): Collection<DeviceCreate, DevicePatch, DeviceView, DeviceFilter> {
  const findIn = (from: Database, id: number) =>
    from.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
  const find = (id: number) => findIn(database, id);
  return {
    list: ({ filter, sites, ...page }) => {
      let query = database.selectFrom('devices').selectAll();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.site_id !== undefined) query = query.where('site_id', '=', filter.site_id);
      return listPage(query, { ...page, there: atSites.devices(sites) });
    },
    find,
    create: (device) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          await requireFreePlace(transaction, device);
          const row = { ...rowOf(device), endpoint: endpointOfDevice(device) };
          return transaction.insertInto('devices').values(row).returningAll().executeTakeFirstOrThrow();
        }),
      ),
    patch: (id, patch, holds) =>
      explained(() =>
        database.transaction().execute(async (transaction) => {
          const device = await transaction
            .selectFrom('devices')
            .selectAll()
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst();
          if (device) await holds?.(device, transaction);
          if (!device || Object.keys(patch).length === 0) return device;
          const patched = { ...device, ...patch } as DeviceView;
          const faults = deviceFaults(patched);
          if (faults.length > 0) throw fieldsDoNotFit(faults);
          if (!device.enabled || placeOf(device) !== placeOf(patched)) {
            await requireFreePlace(transaction, patched);
          }
          const changed = await transaction
            .updateTable('devices')
            .set({ ...rowOf(patch), endpoint: endpointOfDevice(patched) })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirst();
          const field = (['code', 'measurement'] as const).find((each) => device[each] !== patched[each]);
          if (field) {
            const points = await transaction
              .selectFrom('points')
              .selectAll()
              .where('device_id', '=', id)
              .execute();
            const message = (await kindFaults(store, transaction, points)).find(
              (fault) => fault !== undefined,
            );
            if (message !== undefined) throw fieldsDoNotFit([{ field, message }]);
          }
          return changed;
        }),
      ),
    remove: (id, holds) =>
      removeUnreferenced(
        database,
        'devices',
        id,
        async (transaction) => {
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
          return { tasks: tasks.map(({ code }) => code), points: points.map(({ code }) => code) };
        },
        checkOf(holds, (transaction) => findIn(transaction, id)),
      ),
  };
}

/** With documents as text, as the driver wants them. */
function rowOf<Fields extends Pick<DevicePatch, 'serial' | 'profile'>>(fields: Fields) {
  return { ...fields, ...documents(fields, ['serial', 'profile']) };
}
