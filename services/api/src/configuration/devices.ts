import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { atSites } from './at-sites.ts';
import { type Collection, idIn, listPage } from './collection.ts';
import { viewOfDevice } from './device-specs.ts';

export interface DeviceFilter {
  readonly code?: string | undefined;
  readonly site_id?: number | undefined;
  /** Part of the code, the name or the host. */
  readonly search?: string | undefined;
}

export function devices(database: Database): Collection<DeviceView, DeviceFilter> {
  const rows = () => database.selectFrom('devices').selectAll();
  return {
    list: async ({ filter, sites, ...page }) => {
      let query = rows();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      if (filter.site_id !== undefined) query = query.where('site_id', '=', filter.site_id);
      if (filter.search) {
        const part = `%${filter.search.replace(/[\\%_]/g, (each) => `\\${each}`)}%`;
        query = query.where(
          sql<boolean>`(code ilike ${part} or name ilike ${part} or connection ->> 'host' ilike ${part})`,
        );
      }
      const { results, next } = await listPage(query, { ...page, there: atSites.devices(sites) });
      return { results: results.map(viewOfDevice), next };
    },
    named: async (ids) => (await rows().where(idIn(ids)).orderBy('id').execute()).map(viewOfDevice),
  };
}
