import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { folded } from './folded.ts';

export interface AuditSearch {
  /** Part of who did it, or of the actor's id, in whatever case. */
  readonly who?: string | undefined;
  /** Part of it, in whatever case. */
  readonly target?: string | undefined;
  /** `session.stop`, or all of a kind. */
  readonly action?: string | undefined;
  readonly outcome?: AuditEntry['outcome'] | undefined;
  /** Id of a W3C trace. */
  readonly trace?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The time of an entry, in ms since 1970, and its place among those of the same time. */
export type AuditPosition = readonly [timeMs: number, id: number];

export interface FoundAudit {
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
): Promise<FoundAudit> {
  const { after, limit, order } = page;
  const conditions = await conditionsOf(database, search);
  if (!conditions) return { entries: [] };
  if (after) {
    const [timeMs, id] = after;
    const position = sql`(${new Date(timeMs)}::timestamptz, ${id}::bigint)`;
    conditions.push(order === 'older' ? sql`(time, id) < ${position}` : sql`(time, id) > ${position}`);
  }
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``;
  const direction = sql.raw(order === 'older' ? 'desc' : 'asc');
  const { rows } = await sql<{
    id: number;
    stream: AuditView['stream'];
    sequence: number;
    time: Date;
    entry: string;
  }>`
    select id, stream, sequence, time, entry from audit_entries ${where}
    order by time ${direction}, id ${direction} limit ${limit}`.execute(database);
  return {
    entries: rows.map(({ id, stream, sequence, time, entry }) => {
      const { v: _, ...view } = JSON.parse(entry) as AuditEntry;
      return { view: { ...view, stream, sequence }, position: [time.getTime(), id] };
    }),
  };
}

/** Undefined when nothing can fit. */
async function conditionsOf(
  database: Database,
  { who, target, action, outcome, trace, from, to }: AuditSearch,
): Promise<RawBuilder<unknown>[] | undefined> {
  const conditions: RawBuilder<unknown>[] = [];
  if (from) conditions.push(sql`time >= ${from}`);
  if (to) conditions.push(sql`time < ${to}`);
  if (outcome) conditions.push(sql`outcome = ${outcome}`);
  if (trace) conditions.push(sql`trace_id = ${trace}`);
  // All actions of a kind lie between its dot and the character behind that.
  if (action)
    conditions.push(sql`(action = ${action} or (action > ${`${action}.`} and action < ${`${action}/`}))`);
  if (target) conditions.push(sql`position(${folded(target)} in target) > 0`);
  if (who) {
    const [names, ids] = await Promise.all([
      namesWith(database, 'who', folded(who)),
      namesWith(database, 'actor_id', folded(who)),
    ]);
    if (names.length + ids.length === 0) return undefined;
    conditions.push(sql`(who = any(${names}::text[]) or actor_id = any(${ids}::text[]))`);
  }
  return conditions;
}

/**
 * The names that have a part in them, of all that there are: found by going from one to the next in the index, which takes as long as
 * there are names, however many entries each has.
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
