import type { SiteCreate, SitePatch, SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import { atSites } from './at-sites.ts';
import { type Collection, checkOf, listPage, removeUnreferenced } from './collection.ts';
import { explained, mostNames } from './configuration-problems.ts';

export interface SiteFilter {
  readonly code?: string | undefined;
}

export function sites(database: Database): Collection<SiteCreate, SitePatch, SiteView, SiteFilter> {
  const findIn = (from: Database, id: number) =>
    from.selectFrom('sites').selectAll().where('id', '=', id).executeTakeFirst();
  const find = (id: number) => findIn(database, id);
  return {
    list: ({ filter, sites, ...page }) => {
      let query = database.selectFrom('sites').selectAll();
      if (filter.code !== undefined) query = query.where('code', '=', filter.code);
      return listPage(query, { ...page, there: atSites.sites(sites) });
    },
    find,
    create: (site) =>
      explained(() =>
        database
          .insertInto('sites')
          .values({ ...site, shifts: JSON.stringify(site.shifts) })
          .returningAll()
          .executeTakeFirstOrThrow(),
      ),
    patch: (id, { shifts, ...patch }, holds) =>
      explained(() =>
        inTransaction(database, async (transaction) => {
          const site = await transaction
            .selectFrom('sites')
            .selectAll()
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst();
          if (site) await holds?.(site, transaction);
          if (!site || (shifts === undefined && Object.keys(patch).length === 0)) return site;
          return transaction
            .updateTable('sites')
            .set({ ...patch, ...(shifts && { shifts: JSON.stringify(shifts) }) })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirst();
        }),
      ),
    remove: (id, holds) =>
      removeUnreferenced(
        database,
        'sites',
        id,
        async (transaction) => {
          const devices = await transaction
            .selectFrom('devices')
            .select('code')
            .where('site_id', '=', id)
            .orderBy('code')
            .limit(mostNames)
            .execute();
          return { devices: devices.map(({ code }) => code) };
        },
        checkOf(holds, (transaction) => findIn(transaction, id)),
      ),
  };
}
