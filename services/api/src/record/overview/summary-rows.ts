import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { atSites } from '../../configuration/at-sites.ts';
import { isLatestRun } from '../../database/latest-run.ts';
import type { Database } from '../../database/open-database.ts';
import { selectSessions } from '../../sessions/queries/list-sessions.ts';
import type { NamedSessionRow } from '../../sessions/queries/session-view.ts';

export interface SummaryFilter {
  readonly sites: GrantedSites;
  /** Part of the session's id, or of the task's code or name. */
  readonly search?: string | undefined;
  /** Id or code. */
  readonly task?: string | undefined;
  readonly site?: string | undefined;
  readonly collector?: string | undefined;
}

export interface SummaryRow extends NamedSessionRow {
  /** This and `values_per_s` are null if PostgreSQL does not know the version. */
  readonly site_codes: string[] | null;
  readonly values_per_s: number | null;
  /** Whether the session is not over, or has failed without a later run. */
  readonly is_current: boolean;
}

export interface SummaryRows {
  readonly rows: readonly SummaryRow[];
  /** Sessions that are over. */
  readonly stopped: number;
  /** Number of the oldest matching rows, for which there was no room. */
  readonly leftOut: number;
}

export const rowsAtMost = 5_000;

const isCurrent = sql<boolean>`(sessions.status in ('running', 'paused') or sessions.status = 'error' and ${isLatestRun})`;

/**
 * Current sessions, and all others with these statuses: current ones first, newer before older.
 * @throws DatabaseUnavailable
 */
export async function summaryRows(
  database: Database,
  filter: SummaryFilter,
  statuses: readonly SessionStatus[] = [],
): Promise<SummaryRows> {
  const conditions = conditionsOf(filter);
  const isWanted = sql<SqlBool>`(${isCurrent} or sessions.status = any(${[...statuses]}::text[]))`;
  const [rows, [counted]] = await Promise.all([
    selectSessions(database)
      .select(['version.values_per_s', isCurrent.as('is_current')])
      .where((where) => where.and([isWanted, ...conditions]))
      .orderBy(sql`${isCurrent} desc`)
      .orderBy('sessions.first_sequence', 'desc')
      .limit(rowsAtMost)
      .execute(),
    selectSessions(database)
      .clearSelect()
      .select([
        sql<number>`count(*) filter (where ${isWanted})::integer`.as('wanted'),
        sql<number>`count(*) filter (where sessions.status = 'stopped')::integer`.as('stopped'),
      ])
      .where((where) => where.and(conditions))
      .execute(),
  ]);
  const { wanted: all = 0, stopped = 0 } = counted ?? {};
  return { rows, stopped, leftOut: Math.max(0, all - rows.length) };
}

function conditionsOf({ sites, search, task, site, collector }: SummaryFilter): RawBuilder<SqlBool>[] {
  const there = atSites.sessions(sites, sql.ref('version.site_codes'));
  const conditions: RawBuilder<SqlBool>[] = there ? [there] : [];
  if (search !== undefined) {
    const part = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    conditions.push(sql`(sessions.session_id ilike ${part} or sessions.task_code ilike ${part}
      or coalesce(version.task_name, tasks.name, '') ilike ${part})`);
  }
  if (task !== undefined)
    conditions.push(sql`(sessions.task_code = ${task} or sessions.task_id::text = ${task})`);
  if (site !== undefined) conditions.push(sql`${site} = any(version.site_codes)`);
  if (collector !== undefined) conditions.push(sql`sessions.collector_id = ${collector}`);
  return conditions;
}
