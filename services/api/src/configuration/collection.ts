import { both } from '@holdfast/driver/form-words.ts';
import { type Expression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { stillReferenced } from './configuration-problems.ts';

/** Throws unless an item may be changed. Called while it is locked. */
export type LockedCheck = (current: object, transaction: Database) => void | Promise<void>;

export type Kind = 'site' | 'device' | 'point' | 'task';
export const kindWords = {
  site: '站点',
  device: '设备',
  point: '点位',
  task: '任务',
} as const satisfies Readonly<Record<Kind, string>>;

/** A kind of configuration, as its routes need it. */
export interface Collection<Create, Patch, View, Filter> {
  /** In the order of their ids; `next` is the `after` of the following page. */
  list(page: {
    after: number;
    limit: number;
    filter: Filter;
    /** Items elsewhere are left out. */
    sites: GrantedSites;
  }): Promise<{ results: View[]; next: number | undefined }>;
  find(id: number): Promise<View | undefined>;
  create(item: Create): Promise<View>;
  /**
   * Undefined when there is none with this id.
   * @param holds gets the item, locked; what it throws is thrown, and nothing is changed
   */
  patch(id: number, patch: Patch, holds?: LockedCheck): Promise<View | undefined>;
  /** False when there is none with this id. `holds` as above. */
  remove(id: number, holds?: LockedCheck): Promise<boolean>;
}

interface PageQuery {
  readonly after: number;
  readonly limit: number;
  /** Condition of `atSites`. */
  readonly there: Expression<SqlBool> | undefined;
}

/** The rows of a list that its filter leaves, as a page. */
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

/** Given one row more than the page holds, tells whether there is another page. */
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
 * @param referrers codes of what refers to it, by kind, read while the row is locked
 * @param check called while it is locked, before that
 * @returns false when there is no such row
 * @throws Problem when something does
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
    const found = await referrers(transaction);
    if (Object.values(found).some((codes) => codes.length > 0)) {
      throw stillReferenced(both(`${nouns[table].en} ${row.code}`, `${nouns[table].zh} ${row.code} `), found);
    }
    await transaction.deleteFrom(table).where('id', '=', id).execute();
    return true;
  });
}

/** The check of {@link removeUnreferenced} that a condition makes. */
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
  sites: both('Site', '站点'),
  devices: both('Device', '设备'),
  points: both('Point', '点位'),
  tasks: both('Task', '任务'),
} as const;

/** Those of the fields that are given, as the text of JSON documents: the driver would make its own of objects and lists. */
export function documents<Field extends string>(
  fields: { readonly [F in Field]?: object | null | undefined },
  names: readonly Field[],
): { [F in Field]?: string | null } {
  const found: { [F in Field]?: string | null } = {};
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined) found[name] = value === null ? null : JSON.stringify(value);
  }
  return found;
}
