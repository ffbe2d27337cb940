import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { folded } from './folded.ts';

export interface AuditSearch {
  /** Part of the name of who did it, or of the actor's id, ignoring case. */
  readonly who?: string | undefined;
  /** Part of the target, ignoring case. */
  readonly target?: string | undefined;
  /** `session.stop`, or `session` for all actions of a kind. */
  readonly action?: string | undefined;
  readonly outcome?: AuditEntry['outcome'] | undefined;
  /** Id of a W3C trace. */
  readonly trace?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The time of an entry, in ms since 1970, and its place among those of the same time. */
export type AuditPosition = readonly [timeMs: number, id: number];

export interface AuditPage {
  readonly entries: readonly { readonly view: AuditView; readonly position: AuditPosition }[];
}

/**
 * Entries behind a position, or from the first one on.
 * @param page.order `older`: newest first
 * @throws DatabaseUnavailable
 */
export async function searchAudit(
  database: Database,
  search: AuditSearch,
  page: {
    readonly after: AuditPosition | undefined;
    readonly limit: number;
    readonly order: 'older' | 'newer';
  },
): Promise<AuditPage> {
  const { after, limit, order } = page;
  const conditions = conditionsOf(search);
  if (after) {
    const [timeMs, id] = after;
    const position = sql`(${new Date(timeMs)}::timestamptz, ${id}::bigint)`;
    conditions.push(order === 'older' ? sql`(time, id) < ${position}` : sql`(time, id) > ${position}`);
  }
  const where = conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`;
  const direction = sql.raw(order === 'older' ? 'desc' : 'asc');
  const first = sql`order by time ${direction}, id ${direction} limit ${limit}`;
  const condition = search.who ? await byName(database, search.who, { where, first }) : where;
  if (!condition) return { entries: [] };
  const { rows } = await sql<{
    id: number;
    stream: AuditView['stream'];
    sequence: number;
    time: Date;
    entry: string;
  }>`select id, stream, sequence, time, entry from audit_entries where ${condition} ${first}`.execute(
    database,
  );
  return {
    entries: rows.map(({ id, stream, sequence, time, entry }) => {
      const { v: _, ...view } = JSON.parse(entry) as AuditEntry;
      return { view: { ...view, stream, sequence }, position: [time.getTime(), id] };
    }),
  };
}

function conditionsOf({ target, action, outcome, trace, from, to }: AuditSearch): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (from) conditions.push(sql`time >= ${from}`);
  if (to) conditions.push(sql`time < ${to}`);
  if (outcome) conditions.push(sql`outcome = ${outcome}`);
  if (trace) conditions.push(sql`trace_id = ${trace}`);
  // All actions of a kind sort between its dot and the character after the dot.
  if (action)
    conditions.push(sql`(action = ${action} or (action > ${`${action}.`} and action < ${`${action}/`}))`);
  if (target) conditions.push(sql`position(${folded(target)} in target) > 0`);
  return conditions;
}

/**
 * The first entries of each name that contains this part. They are queried name by name: for one query PostgreSQL would
 * go through all entries in order of time, however rare a name is.
 * @returns undefined when no name has it
 */
async function byName(
  database: Database,
  part: string,
  { where, first }: { readonly where: RawBuilder<unknown>; readonly first: RawBuilder<unknown> },
): Promise<RawBuilder<unknown> | undefined> {
  const [names, ids] = await Promise.all([
    namesWith(database, 'who', folded(part)),
    namesWith(database, 'actor_id', folded(part)),
  ]);
  if (names.length + ids.length === 0) return undefined;
  const each = (column: 'who' | 'actor_id', of: readonly string[]) => sql`
    (select of_name.id, of_name.time from unnest(${of}::text[]) as named (name) cross join lateral (
      select id, time from audit_entries where ${sql.ref(column)} = named.name and ${where} ${first}
    ) as of_name)`;
  return sql`id in (
    select id from (${each('who', names)} union ${each('actor_id', ids)}) as of_names ${first}
  )`;
}

/**
 * All names that contain a part. The search goes from one name to the next in the index, so its time depends on how
 * many names there are, however many entries each has.
 */
async function namesWith(
  database: Database,
  column: 'who' | 'actor_id',
  part: string,
): Promise<readonly string[]> {
  const name = sql.ref(column);
  const { rows } = await sql<{ name: string }>`
    with recursive names (name) as (
      (select ${name} from audit_entries order by ${name} limit 1)
      union all
      select (select ${name} from audit_entries where ${name} > names.name order by ${name} limit 1)
      from names where names.name is not null
    )
    select name from names where position(${part} in name) > 0`.execute(database);
  return rows.map((row) => row.name);
}
