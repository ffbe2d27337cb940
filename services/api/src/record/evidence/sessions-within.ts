import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { atSites } from '../../configuration/at-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { selectSessions } from '../../sessions/queries/list-sessions.ts';
import type { NamedSessionRow } from '../../sessions/queries/session-view.ts';

export interface WithinFilter {
  readonly sites: GrantedSites;
  readonly from: Date;
  readonly to: Date;
  /** Id or code. */
  readonly task?: string | undefined;
  readonly site?: string | undefined;
  readonly session?: string | undefined;
  /** A collector that has ever held the session. */
  readonly collector?: string | undefined;
  readonly limit: number;
  /** Only sessions that began before this sequence. */
  readonly before?: number | undefined;
}

export type RowWithin = NamedSessionRow & { readonly site_codes: string[] | null };

export interface RowsWithin {
  readonly rows: readonly RowWithin[];
  /** The `before` of the following page. */
  readonly next: number | undefined;
  /** Number of further sessions. */
  readonly leftOut: number;
}

/** Sessions that overlap a time, newest first. @throws DatabaseUnavailable */
export async function sessionsWithin(
  database: Database,
  { sites, from, to, task, site, session, collector, limit, before }: WithinFilter,
): Promise<RowsWithin> {
  const there = atSites.pastSessions(sites, sql.ref('version.site_codes'));
  const conditions: RawBuilder<SqlBool>[] = [
    sql`sessions.started_at < ${to}`,
    sql`(sessions.stopped_at is null or sessions.stopped_at > ${from})`,
    ...(there ? [there] : []),
  ];
  const also = <T>(value: T | undefined, condition: (value: T) => RawBuilder<SqlBool>) => {
    if (value !== undefined) conditions.push(condition(value));
  };
  also(task, (it) => sql`(sessions.task_code = ${it} or sessions.task_id::text = ${it})`);
  also(site, (it) => sql`${it} = any(version.site_codes)`);
  also(session, (it) => sql`sessions.session_id = ${it}`);
  also(before, (it) => sql`sessions.first_sequence < ${it}`);
  also(
    collector,
    (it) => sql`exists (select from session_events where session_events.session_id = sessions.session_id
      and type = 'session.assigned' and data ->> 'collector_id' = ${it})`,
  );
  const rows = await selectSessions(database)
    .select([sql<number>`(count(*) over ())::integer`.as('all')])
    .where((where) => where.and(conditions))
    .orderBy('sessions.first_sequence', 'desc')
    .limit(limit)
    .execute();
  const leftOut = (rows[0]?.all ?? 0) - rows.length;
  return { rows, next: leftOut > 0 ? rows.at(-1)?.first_sequence : undefined, leftOut };
}
