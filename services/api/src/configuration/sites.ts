import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { Database } from '../database/open-database.ts';
import { atSites } from './at-sites.ts';
import { type Collection, idIn, listPage } from './collection.ts';

export interface SiteFilter {
  readonly code?: string | undefined;
}

export function sites(database: Database): Collection<SiteView, SiteFilter> {
  const rows = () => database.selectFrom('sites').selectAll();
  return {
    list: ({ filter, sites, ...page }) => {
      const query = filter.code === undefined ? rows() : rows().where('code', '=', filter.code);
      return listPage(query, { ...page, there: atSites.sites(sites) });
    },
    named: (ids) => rows().where(idIn(ids)).orderBy('id').execute(),
  };
}
