import { devicePlace } from '@holdfast/driver/device-place.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { bodies } from '@holdfast/drivers/bodies.ts';
import {
  connectionOf,
  type DeviceCreate,
  type DeviceView,
} from '@holdfast/shared/contracts/http/device-http.ts';
import type { Selectable } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import type { DevicesTable } from '../database/tables.ts';
import { atSites } from './at-sites.ts';
import { type Collection, checkOf, listPage, removeUnreferenced } from './collection.ts';
import { bodyRefused, explained, fieldsDoNotFit, mostNames } from './configuration-problems.ts';
import { requireFreePlace } from './device-places.ts';
import { endpointColumn, specOf, viewOfDevice } from './device-specs.ts';
import { placeAgain } from './points-of-device.ts';
import { requireUnread } from './read-codes.ts';
import { type KindsOfStore, kindFaults } from './stored-kinds.ts';

export interface DeviceFilter {
  readonly code?: string | undefined;
  readonly site_id?: number | undefined;
}

export function devices(
  database: Database,
  store: KindsOfStore,
): Collection<DeviceCreate, object, DeviceView, DeviceFilter> {
  const rowOf = (from: Database, id: number) =>
    from.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
  const viewOf = (row: Selectable<DevicesTable> | undefined) => row && viewOfDevice(row);
  return {
    list: async ({ filter, sites, ...page }) => {
      let query = database.selectFrom('devices').selectAll();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.site_id !== undefined) query = query.where('site_id', '=', filter.site_id);
      const { results, next } = await listPage(query, { ...page, there: atSites.devices(sites) });
      return { results: results.map(viewOfDevice), next };
    },
    find: async (id) => viewOf(await rowOf(database, id)),
    create: (device) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const spec = specOf(device);
          const columns = columnsOf(spec, device);
          await requireFreePlace(transaction, spec, columns);
          const row = await transaction
            .insertInto('devices')
            .values(withJson(columns))
            .returningAll()
            .executeTakeFirstOrThrow();
          return viewOfDevice(row);
        }),
      ),
    patch: (id, patch, holds) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const device = await transaction
            .selectFrom('devices')
            .selectAll()
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst();
          if (!device) return undefined;
          const now = viewOfDevice(device);
          await holds?.(now, transaction);
          if (Object.keys(patch).length === 0) return now;
          const verdict = bodies().devices.changed(now, patch);
          if (!verdict.ok) throw bodyRefused(verdict.issues);
          const spec = specOf(verdict.value);
          const columns = columnsOf(spec, verdict.value);
          if (columns.code !== device.code) await requireUnread(transaction, store, 'device', [id]);
          const before = { spec: specOf(device), connection: device.connection };
          const isMoved =
            devicePlace(before.spec, before.connection, device.site_id) !==
            devicePlace(spec, columns.connection, columns.site_id);
          if (!device.enabled || isMoved) await requireFreePlace(transaction, spec, { ...columns, id });
          await placeAgain(transaction, id, before, { spec, connection: columns.connection });
          const changed = await transaction
            .updateTable('devices')
            .set(withJson(columns))
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirst();
          const field = (['code', 'measurement'] as const).find((each) => device[each] !== columns[each]);
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
          return viewOf(changed);
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
            .limit(mostNames)
            .execute();
          const points = await transaction
            .selectFrom('points')
            .select('code')
            .where('device_id', '=', id)
            .orderBy('code')
            .limit(mostNames)
            .execute();
          return { tasks: tasks.map(({ code }) => code), points: points.map(({ code }) => code) };
        },
        checkOf(holds, async (transaction) => viewOf(await rowOf(transaction, id))),
      ),
  };
}

function columnsOf(spec: DriverSpec, device: DeviceCreate) {
  const { code, name, site_id, protocol, mode, timeout_ms, measurement, enabled } = device;
  const connection = connectionOf(spec, device);
  return {
    ...{ code, name, site_id, protocol, mode, timeout_ms, measurement, enabled, connection },
    endpoint: endpointColumn(spec, connection),
  };
}

/** The columns with the connection as JSON text, as the driver wants it. */
function withJson({ connection, ...columns }: ReturnType<typeof columnsOf>) {
  return { ...columns, connection: JSON.stringify(connection) };
}
