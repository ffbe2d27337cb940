import { flatPoint, type PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import type { Selectable } from 'kysely';
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
