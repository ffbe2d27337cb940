import type {
  SessionCounts,
  SessionSummary,
  summarySorts,
} from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import { sql } from 'kysely';
import type { FindNewerConfigured } from '../../configuration/newer-configured.ts';
import type { Database } from '../../database/open-database.ts';
import {
  type AccountingSources,
  type Accounts,
  accountForSessions,
  accountingAt,
} from '../accounting/account-for-session.ts';
import { countsOf } from '../accounting/count-ticks.ts';
import { type Buckets, lifeOf, ribbonOf } from '../accounting/ribbon.ts';
import {
  type SessionInBrief,
  type SessionInBriefSources,
  sessionCounts,
  sessionsInBrief,
} from './sessions-in-brief.ts';
import { type SummaryFilter, summaryRows } from './summary-rows.ts';
import { type CountTicksOfDay, ticksOfDayOf } from './ticks-of-day.ts';

export interface SummarySources extends SessionInBriefSources {
  readonly accounting: AccountingSources;
  readonly newerConfigured: FindNewerConfigured;
  readonly ticksOfDay: CountTicksOfDay;
}

export interface SummaryQuery extends SummaryFilter {
  readonly statuses: readonly SessionStatus[] | undefined;
  readonly onlyAttention: boolean;
  readonly sort: (typeof summarySorts)[number];
  readonly limit: number;
  /** Number of sessions before the page. */
  readonly offset: number;
}

export interface Summary {
  readonly results: readonly SessionSummary[];
  readonly next: number | undefined;
  readonly counts: SessionCounts;
  readonly leftOut: number;
  readonly brokerWasAsked: boolean;
}

/**
 * The present sessions, each with what a list shows. Ticks are counted only for the sessions on the page, unless the list is
 * sorted by them. @throws DatabaseUnavailable, SampleStoreUnavailable
 */
export async function sessionSummary(
  sources: SummarySources,
  query: SummaryQuery,
  buckets: Buckets,
): Promise<Summary> {
  const { sites } = query;
  const accounting = accountingAt(sources.accounting, sites);
  const { rows, stopped, leftOut } = await summaryRows(accounting.database, query, query.statuses);
  const { inBrief, brokerWasAsked } = await sessionsInBrief(sources, rows, sites);
  const current = inBrief.filter(({ row }) => row.is_current);
  const { statuses, onlyAttention, sort, offset, limit } = query;
  const listed = (statuses ? inBrief.filter(({ row }) => statuses.includes(row.status)) : current).filter(
    ({ attention }) => !onlyAttention || attention.length > 0,
  );
  const time = { from: new Date(buckets.fromMs), to: new Date(buckets.toMs) };
  const counted = sort === 'completeness' ? listed : sorted(listed, sort).slice(offset, offset + limit);
  const accounts = await accountForSessions(
    accounting,
    counted.map(({ row }) => row),
    time,
  );
  const page =
    sort === 'completeness'
      ? sorted(counted, byCompleteness(accounts)).slice(offset, offset + limit)
      : counted;
  const pasts = await accounting.pasts.of(page.map(({ row }) => row));
  const isNewer = await sources.newerConfigured(page.map(({ row }) => row));
  const reads = await lastReads(
    accounting.database,
    page.map(({ row }) => row.session_id),
  );
  const isPart = [query.search, query.task, query.collector].some((each) => each !== undefined);
  const rowsOf = (sessions: readonly SessionInBrief[]) => sessions.map(({ row }) => row);
  // Counted for all current sessions, as the overview does; for a part, which no other caller asks for, only those on the page.
  const day = isPart
    ? await ticksOfDayOf(accounting, rowsOf(page.filter(({ row }) => row.is_current)))
    : await sources.ticksOfDay(query, rowsOf(current));
  const results = page.map(({ row, view, attention, devices, word, valuesNow }): SessionSummary => {
    const account = accounts.sessions.get(row.session_id);
    const { intervals = [] } = pasts.get(row.session_id) ?? {};
    return {
      ...view,
      is_newer_configured: isNewer.get(row.session_id) ?? null,
      sites: row.site_codes ?? [],
      since: sinceOf(view, intervals.at(-1)),
      attention: [...attention],
      devices,
      values_per_s: { now: valuesNow, planned: row.values_per_s },
      last_read_at: latest(word?.last_read_time, reads.get(row.session_id)),
      counts: account ? countsOf(account.devices) : null,
      never_delivered: day?.of(row.session_id)?.neverDelivered ?? null,
      ribbon:
        (account && {
          ...ribbonOf(account.devices, buckets),
          life: lifeOf({ status: row.status, intervals }, buckets),
        }) ||
        null,
    };
  });
  return {
    results,
    next: offset + limit < listed.length ? offset + limit : undefined,
    counts: sessionCounts(current, stopped),
    leftOut,
    brokerWasAsked: accounts.brokerWasAsked && brokerWasAsked,
  };
}

function sinceOf(
  { status, placement, stopped_at, started_at }: SessionInBrief['view'],
  last: { readonly fromMs: number; readonly toMs: number | undefined } | undefined,
): string | null {
  if (status === 'stopped' || status === 'error') return stopped_at;
  if (status === 'paused') return last?.toMs === undefined ? started_at : new Date(last.toMs).toISOString();
  return placement?.since ?? started_at;
}

function latest(...times: readonly (string | null | undefined)[]): string | null {
  return (
    times
      .filter((time) => time != null)
      .sort()
      .at(-1) ?? null
  );
}

type Order = (one: SessionInBrief, other: SessionInBrief) => number;

const byName: Order = ({ row: one }, { row: other }) =>
  one.task_code.localeCompare(other.task_code, 'en', { numeric: true }) ||
  other.first_sequence - one.first_sequence;

const worst = ({ attention }: SessionInBrief) => Math.min(4, ...attention.map(({ severity }) => severity));
const failingShare = ({ devices }: SessionInBrief) =>
  devices && devices.total > 0 ? devices.failing / devices.total : -1;
const lastReadMs = ({ word }: SessionInBrief) => Date.parse(word?.last_read_time ?? '') || 0;

const orders: Readonly<Record<Exclude<SummaryQuery['sort'], 'completeness'>, Order>> = {
  attention: (one, other) => worst(one) - worst(other) || byName(one, other),
  name: byName,
  started: ({ row: one }, { row: other }) => other.first_sequence - one.first_sequence,
  values: (one, other) => (other.valuesNow ?? -1) - (one.valuesNow ?? -1) || byName(one, other),
  last_read: (one, other) => lastReadMs(other) - lastReadMs(one) || byName(one, other),
  devices: (one, other) => failingShare(other) - failingShare(one) || byName(one, other),
};

function byCompleteness({ sessions }: Accounts): Order {
  const share = new Map(
    [...sessions].map(([id, { devices }]) => [
      id,
      countsOf(devices).completeness ?? Number.POSITIVE_INFINITY,
    ]),
  );
  const of = ({ row }: SessionInBrief) => share.get(row.session_id) ?? Number.POSITIVE_INFINITY;
  return (one, other) => (of(one) === of(other) ? byName(one, other) : of(one) - of(other));
}

function sorted(
  inBrief: readonly SessionInBrief[],
  by: Exclude<SummaryQuery['sort'], 'completeness'> | Order,
): SessionInBrief[] {
  return inBrief.toSorted(typeof by === 'string' ? orders[by] : by);
}

/** The time when a value of each session was last read, as RFC 3339, if it was stored. @throws DatabaseUnavailable */
async function lastReads(
  database: Database,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ session_id: string; last: Date | null }>`
    select session_id, max(last_read_time) as last from session_counters
    where session_id = any(${[...sessionIds]}::text[]) group by session_id`.execute(database);
  return new Map(rows.flatMap(({ session_id, last }) => (last ? [[session_id, last.toISOString()]] : [])));
}
