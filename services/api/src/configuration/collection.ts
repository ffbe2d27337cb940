import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { type Expression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { configurationText } from './texts.ts';

/** Throws unless an item may be changed. Called while the item is locked. */
export type LockedCheck = (current: object, transaction: Database) => void | Promise<void>;

export const kindWords: Readonly<Record<ChangedKind, Text>> = {
  site: configurationText('kind_site'),
  device: configurationText('kind_device'),
  point: configurationText('kind_point'),
  task: configurationText('kind_task'),
};

/** Reads a kind of configuration as its routes show it. */
export interface Collection<View, Filter> {
  /** Lists items in the order of their ids; `next` is the `after` of the following page. */
  list(page: {
    after: number;
    limit: number;
    filter: Filter;
    /** Items at other sites are left out. */
    sites: GrantedSites;
  }): Promise<{ results: View[]; next: number | undefined }>;
  /** Those of these items that exist, in the order of their ids. */
  named(ids: readonly number[]): Promise<View[]>;
}

interface PageQuery {
  readonly after: number;
  readonly limit: number;
  /** Condition of `atSites`. */
  readonly there: Expression<SqlBool> | undefined;
}

/** Reads one page of the filtered rows of a list. */
export async function listPage<Table extends keyof Tables, View extends { readonly id: number }>(
  rows: SelectQueryBuilder<Tables, Table, View>,
  { after, limit, there }: PageQuery,
): Promise<{ results: View[]; next: number | undefined }> {
  const id = sql.ref<number>('id');
  return pageOf(
    await rows
      .where(id, '>', after)
      .where(there ?? sql<SqlBool>`true`)
      .orderBy(id)
      .limit(limit + 1)
      .execute(),
    limit,
  );
}

/** Makes a page of rows, of which there is one more than fits if there is another page. */
export function pageOf<View extends { readonly id: number }>(
  rows: View[],
  limit: number,
): { results: View[]; next: number | undefined } {
  const more = rows.length > limit;
  const results = more ? rows.slice(0, limit) : rows;
  return { results, next: more ? results.at(-1)?.id : undefined };
}

/** Whether a row's id is one of these, which come as one parameter, because there may be ten thousand. */
export const idIn = (ids: readonly number[]) => sql<boolean>`id = any(${ids}::bigint[])`;
