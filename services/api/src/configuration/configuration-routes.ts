import { bodies } from '@holdfast/drivers/bodies.ts';
import {
  siteCreateSchema,
  sitePageSchema,
  sitePatchSchema,
  siteViewSchema,
  type TaskPatch,
  taskCreateSchema,
  taskPageSchema,
  taskPatchSchema,
  taskViewSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceDetail, DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { pageSchema } from '@holdfast/shared/contracts/http/page.ts';
import type { NamedPoint, PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { storableText } from '@holdfast/shared/contracts/http/storable-text.ts';
import * as z from 'zod';
import type { SiteAccess } from '../access/granted-sites.ts';
import type { Database } from '../database/open-database.ts';
import type { Route } from '../http/route.ts';
import { localize } from '../problems/localize.ts';
import { collectionRoutes } from './collection-routes.ts';
import { devices } from './devices.ts';
import { points } from './points.ts';
import { devicesOfPoints } from './points-of-device.ts';
import { sites } from './sites.ts';
import type { KindsOfStore } from './stored-kinds.ts';
import { tasks } from './tasks.ts';

const byCode = { code: storableText(128).min(1).optional().describe('Exactly this code') } as const;
const byId = (what: string) => z.coerce.number().int().positive().optional().describe(`Id of the ${what}`);

export function configurationRoutes(
  database: Database,
  {
    requireIfMatch = false,
    siteAccess,
    deviceDetail,
    store,
  }: {
    readonly requireIfMatch?: boolean;
    readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
    /** Adds what sessions have learned about a device. */
    readonly deviceDetail: (device: DeviceView) => Promise<DeviceDetail>;
    readonly store: KindsOfStore;
  },
): Route[] {
  const common = { database, requireIfMatch, siteAccess, store };
  const { devices: ofDevice, points: ofPoint } = bodies();
  return [
    ...collectionRoutes({
      kind: 'site',
      ...common,
      collection: sites,
      sites: { of: (id) => ({ sites: [id] }), concernedByBody: 'all' },
      filter: z.object(byCode),
      schemas: {
        create: siteCreateSchema,
        patch: sitePatchSchema,
        view: siteViewSchema,
        page: sitePageSchema,
      },
    }),
    ...collectionRoutes({
      kind: 'device',
      ...common,
      collection: devices,
      detail: deviceDetail,
      sites: {
        of: (id) => ({ devices: [id] }),
        concernedByBody: ({ site_id }: { readonly site_id?: number | null }) =>
          site_id === undefined ? {} : { sites: [site_id] },
      },
      filter: z.object({
        ...byCode,
        site_id: byId('site'),
        search: storableText(128).optional().describe('Part of the code, the name or the host'),
      }),
      schemas: {
        create: ofDevice.create,
        patch: ofDevice.change,
        view: ofDevice.view,
        detail: ofDevice.detail,
        page: pageSchema(ofDevice.view),
      },
    }),
    ...collectionRoutes({
      kind: 'point',
      ...common,
      collection: points,
      warningsOf: doubtsAbout(database),
      sites: {
        of: (id) => ({ points: [id] }),
        concernedByBody: (body: Partial<NamedPoint> | Partial<NamedPoint>[]) => ({
          devices: [body].flat().flatMap(({ device_id }) => (device_id === undefined ? [] : [device_id])),
        }),
      },
      filter: z.object({ ...byCode, device_id: byId('device') }),
      schemas: {
        create: ofPoint.create,
        patch: ofPoint.change,
        view: ofPoint.view,
        created: z.union([ofPoint.answer, z.array(ofPoint.answer)]),
        changed: ofPoint.answer,
        page: pageSchema(ofPoint.view),
      },
    }),
    ...collectionRoutes({
      kind: 'task',
      ...common,
      collection: tasks,
      sites: {
        of: (id) => ({ tasks: [id] }),
        // Without devices the task would be at no site.
        concernedByBody: ({ device_ids, point_ids = [] }: TaskPatch) => ({
          points: point_ids,
          ...(device_ids?.length === 0 ? { sites: [null] } : { devices: device_ids ?? [] }),
        }),
      },
      filter: z.object(byCode),
      schemas: {
        create: taskCreateSchema,
        patch: taskPatchSchema,
        view: taskViewSchema,
        page: taskPageSchema,
      },
    }),
  ];
}

/** Warns about addresses that may be a mistake, by the specs of the points' devices. */
function doubtsAbout(database: Database) {
  return async (sent: readonly object[], views: readonly PointView[]) => {
    const devices = await devicesOfPoints(database, views);
    return views.map((point, index) => {
      const doubt = devices.get(point.device_id)?.spec.doubt?.(sent[index] ?? {}, point);
      return doubt && localize(doubt);
    });
  };
}
