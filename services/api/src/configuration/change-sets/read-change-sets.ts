import type {
  ChangedKind,
  ChangeItemView,
  ChangeKind,
  ChangeOp,
  ChangeSetView,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { type ChangeItem, itemView } from './item-view.ts';

export interface ChangeItemFilter {
  readonly site_id?: number | undefined;
  readonly device_id?: number | undefined;
  readonly point_id?: number | undefined;
  readonly task_id?: number | undefined;
}

export interface ChangeSetFilter extends ChangeItemFilter {
  readonly kind?: ChangeKind | undefined;
  readonly by?: string | undefined;
}

interface SetRow extends Omit<ChangeSetView, 'at' | 'counts'> {
  readonly at: Date;
  readonly created: number;
  readonly changed: number;
  readonly deleted: number;
}

/** Lists change sets with something at these sites, newest first; `next` is the `before` of the following page. */
export async function listChangeSets(
  database: Database,
  {
    before,
    limit,
    filter,
    sites,
  }: {
    readonly before: number | undefined;
    readonly limit: number;
    readonly filter: ChangeSetFilter;
    readonly sites: GrantedSites;
  },
): Promise<{ readonly results: ChangeSetView[]; readonly next: number | undefined }> {
  const { kind, by } = filter;
  const conditions = [
    ...(before === undefined ? [] : [sql<SqlBool>`s.id < ${before}`]),
    ...(kind === undefined ? [] : [sql<SqlBool>`s.kind = ${kind}`]),
    ...(by === undefined ? [] : [sql<SqlBool>`s."by" = ${by}`]),
    ...itemConditions(filter).map(
      (condition) =>
        sql<SqlBool>`exists (select from change_items i where i.set_id = s.id and ${visibleAt(sites)} and ${condition})`,
    ),
  ];
  const { rows } = await sql<SetRow>`${selectSets(sites)}
    where ${sql.join([sql`true`, ...conditions], sql` and `)}
      and (${sites === 'everywhere'} or counts.created + counts.changed + counts.deleted > 0)
    order by s.id desc limit ${limit + 1}`.execute(database);
  const results = rows.slice(0, limit).map(viewOf);
  return { results, next: rows.length > limit ? results.at(-1)?.id : undefined };
}

/** The change set, or undefined if there is none, or nothing of it is at these sites. */
export async function findChangeSet(
  database: Database,
  id: number,
  sites: GrantedSites,
): Promise<ChangeSetView | undefined> {
  const { rows } = await sql<SetRow>`${selectSets(sites)} where s.id = ${id}`.execute(database);
  const [view] = rows.map(viewOf);
  if (!view) return undefined;
  const { created, changed, deleted } = view.counts;
  return sites === 'everywhere' || created + changed + deleted > 0 ? view : undefined;
}

/** Lists items in the order in which they were first touched. */
export async function listChangeItems(
  database: Database,
  setId: number,
  {
    after,
    limit,
    filter,
    sites,
  }: {
    readonly after: number;
    readonly limit: number;
    readonly filter: ChangeItemFilter;
    readonly sites: GrantedSites;
  },
): Promise<{ readonly results: ChangeItemView[]; readonly next: number | undefined }> {
  const conditions = [
    sql`i.set_id = ${setId} and i.no > ${after}`,
    visibleAt(sites),
    ...itemConditions(filter),
  ];
  const rows = await readItems(
    database,
    sql`${sql.join(conditions, sql` and `)} order by i.no limit ${limit + 1}`,
  );
  const page = rows.slice(0, limit);
  return { results: page.map(itemView), next: rows.length > limit ? page.at(-1)?.no : undefined };
}

interface ItemRow extends Omit<ChangeItem, 'deviceCode' | 'code' | 'op'> {
  readonly code: string | null;
  readonly device_code: string | null;
  readonly op: ChangeOp | 'none';
  readonly set_id: number;
  readonly sites: readonly string[];
}

export interface StoredItem extends ChangeItem {
  readonly setId: number;
  readonly sites: readonly string[];
}

/** @param which condition on `i`, and any clauses after it */
export async function readItems(database: Database, which: RawBuilder<unknown>): Promise<StoredItem[]> {
  const { rows } = await sql<ItemRow>`
    select i.set_id, i.kind, i.object_id as id, i.no, i.code, i.device_code, i.protocol, i.op, i.before, i.after, i.sites
    from change_items i where ${which}`.execute(database);
  const items: StoredItem[] = [];
  for await (const { set_id, device_code, code, op, ...item } of makingWay(rows))
    if (op !== 'none') items.push({ ...item, op, code: code ?? '', deviceCode: device_code, setId: set_id });
  return items;
}

const visibleAt = (sites: GrantedSites): RawBuilder<SqlBool> =>
  sites === 'everywhere'
    ? sql`i.op <> 'none'`
    : sql`(i.op <> 'none' and i.sites <@ ${sites}::text[] and i.sites <> '{}')`;

function selectSets(sites: GrantedSites): RawBuilder<unknown> {
  return sql`
    select s.id, s.at, s."by", s.kind, s.reason, s.source, s.audit_id, s.reverts,
      (select max(later.id) from change_sets later where later.reverts = s.id) as reverted_by,
      counts.created, counts.changed, counts.deleted
    from change_sets s cross join lateral (
      select count(*) filter (where i.op = 'created') as created, count(*) filter (where i.op = 'changed') as changed,
        count(*) filter (where i.op = 'deleted') as deleted
      from change_items i where i.set_id = s.id and ${visibleAt(sites)}
    ) as counts`;
}

function itemConditions(filter: ChangeItemFilter): RawBuilder<SqlBool>[] {
  const kinds: readonly ChangedKind[] = ['site', 'point', 'task'];
  const { device_id } = filter;
  return [
    ...kinds.flatMap((kind) => {
      const id = filter[`${kind}_id` as keyof ChangeItemFilter];
      return id === undefined ? [] : [sql<SqlBool>`(i.kind = ${kind} and i.object_id = ${id})`];
    }),
    ...(device_id === undefined ? [] : [sql<SqlBool>`i.device_id = ${device_id}`]),
  ];
}

function viewOf({ at, created, changed, deleted, ...row }: SetRow): ChangeSetView {
  return { ...row, at: at.toISOString(), counts: { created, changed, deleted } };
}
