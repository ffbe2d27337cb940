import { addressDoubt } from '@holdfast/driver-modbus/layout/address-notation.ts';
import {
  type DeviceDetail,
  type DevicePatch,
  deviceCreateSchema,
  deviceDetailSchema,
  devicePageSchema,
  devicePatchSchema,
  deviceViewSchema,
  type PointPatch,
  type PointView,
  pointAnswerSchema,
  pointCreateBodySchema,
  pointPageSchema,
  pointPatchSchema,
  pointViewSchema,
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
import { storableText } from '@holdfast/shared/contracts/http/storable-text.ts';
import * as z from 'zod';
import type { SiteAccess } from '../access/granted-sites.ts';
import type { Database } from '../database/open-database.ts';
import type { Route } from '../http/route.ts';
import { collectionRoutes } from './collection-routes.ts';
import { devices } from './devices.ts';
import { type Points, points } from './points.ts';
import { sites } from './sites.ts';
import type { KindsOfStore } from './stored-kinds.ts';
import { tasks } from './tasks.ts';

const byCode = { code: storableText(128).min(1).optional().describe('Exactly this code') } as const;
const byId = (what: string) =>
  z.coerce.number().int().positive().optional().describe(`Of this ${what}: its id`);

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
    /** Adds what sessions have learned of a device. */
    readonly deviceDetail: (device: z.infer<typeof deviceViewSchema>) => Promise<DeviceDetail>;
    readonly store: KindsOfStore;
  },
): Route[] {
  const common = { database, requireIfMatch, siteAccess };
  return [
    ...collectionRoutes({
      kind: 'site',
      ...common,
      collection: sites,
      sites: { of: (id) => ({ sites: [id] }), named: 'all' },
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
      collection: (from) => devices(from, store),
      detail: deviceDetail,
      sites: {
        of: (id) => ({ devices: [id] }),
        named: ({ site_id }: DevicePatch) => (site_id === undefined ? {} : { sites: [site_id] }),
      },
      filter: z.object({ ...byCode, site_id: byId('site') }),
      schemas: {
        create: deviceCreateSchema,
        patch: devicePatchSchema,
        view: deviceViewSchema,
        detail: deviceDetailSchema,
        page: devicePageSchema,
      },
    }),
    ...collectionRoutes({
      kind: 'point',
      ...common,
      collection: (from) => {
        const collection = points(from, store);
        return { ...collection, create: createPoints(collection) };
      },
      warningsOf: ({ address }, { table }) => addressDoubt(address, table),
      sites: {
        of: (id) => ({ points: [id] }),
        named: (body: PointPatch | PointPatch[]) => ({
          devices: [body].flat().flatMap(({ device_id }) => (device_id === undefined ? [] : [device_id])),
        }),
      },
      filter: z.object({ ...byCode, device_id: byId('device') }),
      schemas: {
        create: pointCreateBodySchema,
        patch: pointPatchSchema,
        view: pointViewSchema,
        created: z.union([pointAnswerSchema, z.array(pointAnswerSchema)]),
        changed: pointAnswerSchema,
        page: pointPageSchema,
      },
    }),
    ...collectionRoutes({
      kind: 'task',
      ...common,
      collection: tasks,
      sites: {
        of: (id) => ({ tasks: [id] }),
        // Without devices it would be at no site.
        named: ({ device_ids }: TaskPatch) =>
          device_ids?.length === 0 ? { sites: [null] } : { devices: device_ids ?? [] },
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

/** Many points come as an array, and go back as one. */
function createPoints(collection: Points) {
  return (body: z.infer<typeof pointCreateBodySchema>): Promise<PointView | PointView[]> =>
    Array.isArray(body) ? collection.createAll(body) : collection.create(body);
}
