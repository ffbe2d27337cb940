import type { Text } from '@holdfast/texts/text.ts';
import { type Expression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { stillReferenced } from './configuration-problems.ts';
import { configurationText } from './texts.ts';

/** Throws unless an item may be changed. Called while the item is locked. */
export type LockedCheck = (current: object, transaction: Database) => void | Promise<void>;

export type Kind = 'site' | 'device' | 'point' | 'task';
export const kindWords: Readonly<Record<Kind, Text>> = {
  site: configurationText('kind_site'),
  device: configurationText('kind_device'),
  point: configurationText('kind_point'),
  task: configurationText('kind_task'),
};

/** The operations on a kind of configuration that its routes need. */
export interface Collection<Create, Patch, View, Filter> {
  /** Lists items in the order of their ids; `next` is the `after` of the following page. */
  list(page: {
    after: number;
    limit: number;
    filter: Filter;
    /** Items at other sites are left out. */
    sites: GrantedSites;
  }): Promise<{ results: View[]; next: number | undefined }>;
  find(id: number): Promise<View | undefined>;
  create(item: Create): Promise<View>;
  /**
   * Changes an item, or undefined if there is none with this id.
   * @param holds receives the locked item; what it throws is passed on, and nothing is changed
   */
  patch(id: number, patch: Patch, holds?: LockedCheck): Promise<View | undefined>;
  /** Deletes an item. Returns false if there is none with this id. `holds` as above. */
  remove(id: number, holds?: LockedCheck): Promise<boolean>;
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

/**
 * Deletes a row that nothing refers to.
 * @param referrers reads the codes of what refers to the row, by kind, while the row is locked
 * @param check called before that, also while the row is locked
 * @returns false when there is no such row
 * @throws Problem when something refers to it
 */
export function removeUnreferenced(
  database: Database,
  table: 'sites' | 'devices' | 'points' | 'tasks',
  id: number,
  referrers: (transaction: Database) => Promise<Readonly<Record<string, readonly string[]>>>,
  check?: (transaction: Database) => Promise<void>,
): Promise<boolean> {
  return inTransaction(database, async (transaction) => {
    const row = await transaction
      .selectFrom(table)
      .select('code')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return false;
    await check?.(transaction);
    const referring = await referrers(transaction);
    if (Object.values(referring).some((codes) => codes.length > 0)) {
      throw stillReferenced(
        configurationText('noun_code', { noun: nouns[table], code: row.code }),
        referring,
      );
    }
    await transaction.deleteFrom(table).where('id', '=', id).execute();
    return true;
  });
}

/** Makes a condition on an item into the check of {@link removeUnreferenced}. */
export function checkOf<View extends object>(
  holds: LockedCheck | undefined,
  find: (transaction: Database) => Promise<View | undefined>,
): ((transaction: Database) => Promise<void>) | undefined {
  if (!holds) return undefined;
  return async (transaction) => {
    const current = await find(transaction);
    if (current) await holds(current, transaction);
  };
}

const nouns = {
  sites: configurationText('nouns_sites'),
  devices: configurationText('nouns_devices'),
  points: configurationText('nouns_points'),
  tasks: configurationText('nouns_tasks'),
} as const;

/** The given ones of these fields as JSON text: the driver would convert objects and lists in its own way. */
export function documents<Field extends string>(
  fields: { readonly [F in Field]?: object | null | undefined },
  names: readonly Field[],
): { [F in Field]?: string | null } {
  const columns: { [F in Field]?: string | null } = {};
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined) columns[name] = value === null ? null : JSON.stringify(value);
  }
  return columns;
}
