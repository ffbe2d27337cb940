import {
  type CompletenessOfAll,
  type CompletenessRow,
  completenessOfAllQuerySchema,
  completenessOfAllSchema,
} from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import { findPlan } from '../../configuration/polling-plans.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { tooManyPeriods } from '../../problems/too-many-periods.ts';
import { clockOfQuery, periodsWithin } from '../../times/plant-clocks.ts';
import { type TimeRange, timeRangeOf } from '../../times/time-range.ts';
import {
  type AccountingSources,
  accountingAt,
  type DeviceAccount,
} from '../accounting/account-for-session.ts';
import { countsOf } from '../accounting/count-ticks.ts';
import { countNeverDelivered, valuesOf } from '../accounting/count-values.ts';
import { DeviceTotals } from './device-totals.ts';
import { DueTimes } from './due-times.ts';
import { EvidenceHead, evidenceOf, sessionOf } from './evidence.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import { type RowsWithin, sessionsWithin } from './sessions-within.ts';
import { tickColumns } from './tick-columns.ts';

/** Periods in all rows of an answer together. */
const periodsAtMost = 50_000;
/** Answers by device count all sessions of the time, not only those of one page. */
const sessionsAtMost = 5_000;
const plansAtOnce = 500;

/** Expected, stored and missing ticks of all sessions or devices, by period. */
export function completenessRoute({ accounting: ofAll, timeZone }: EvidenceSources): Route {
  return route({
    method: 'GET',
    url: '/api/acquisition/completeness',
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    summary: 'Count expected, stored and missing ticks of all sessions',
    about:
      'For each session, or with `by=device` each device. With `interval`, `by_period` has `expected` and `stored` in the order of `periods`.',
    schema: { querystring: completenessOfAllQuerySchema, response: { 200: completenessOfAllSchema } },
    handler: async (request): Promise<CompletenessOfAll> => {
      const { limit, cursor, from, to, by, device, interval, time_zone, utc_offset, ...filter } =
        request.query;
      const time = timeRangeOf({ from, to });
      const clock = clockOfQuery({ time_zone, utc_offset }, timeZone);
      const periods = interval ? periodsWithin(clock, interval, time, periodsAtMost) : undefined;
      const position = decodeCursor(cursor);
      const isBySession = by === 'session';
      const sites = request.grantedSites;
      const accounting = accountingAt(ofAll, sites);
      const sessions = await sessionsWithin(accounting.database, {
        ...filter,
        ...time,
        sites,
        limit: isBySession ? limit : sessionsAtMost,
        before: isBySession ? position : undefined,
      });
      const head = new EvidenceHead(time);
      const question = { accounting, time, periods, device, head, limit };
      const page = isBySession
        ? await bySession(question, sessions)
        : await byDevice(question, sessions, position ?? 0);
      return {
        ...head.view(),
        time_zone: clock.zone,
        periods: (periods ?? []).map(({ fromMs, toMs }) => ({
          start_time: new Date(fromMs).toISOString(),
          end_time: new Date(toMs).toISOString(),
        })),
        ...page,
      };
    },
  });

  interface Question {
    readonly accounting: AccountingSources;
    readonly time: TimeRange;
    readonly periods: readonly Period[] | undefined;
    readonly device: string | undefined;
    readonly head: EvidenceHead;
    readonly limit: number;
  }
  type Page = Pick<CompletenessOfAll, 'results' | 'next_cursor' | 'left_out'>;

  async function bySession(
    { accounting, time, periods, device, head }: Question,
    { rows, next }: RowsWithin,
  ): Promise<Page> {
    refuseTooMany(periods, rows.length);
    const only = device === undefined ? undefined : new Set([device]);
    const results: CompletenessRow[] = [];
    for await (const { row, devices } of evidenceOf(accounting, rows, valuesOfTime(time), {
      ...head,
      only,
    })) {
      if (device !== undefined && devices === undefined) continue;
      results.push({ ...sessionOf(row), device: null, ...counted(devices, periods, time) });
    }
    return { results, next_cursor: encodeCursor(next), left_out: 0 };
  }

  async function byDevice(
    { accounting, time, periods, device, head, limit }: Question,
    { rows, leftOut }: RowsWithin,
    offset: number,
  ): Promise<Page> {
    const codes = (await deviceCodes(accounting, rows)).filter(
      (code) => device === undefined || code === device,
    );
    const page = codes.slice(offset, offset + limit);
    refuseTooMany(periods, page.length);
    const totals = new DeviceTotals(page, periods, time);
    const only = new Set(page);
    for await (const evidence of evidenceOf(accounting, rows, valuesOfTime(time), { ...head, only })) {
      totals.add(evidence);
    }
    const isMore = offset + limit < codes.length;
    return {
      results: totals.rows(await sitesOf(page)),
      next_cursor: encodeCursor(isMore ? offset + limit : undefined),
      left_out: leftOut,
    };
  }

  /** Codes of all devices of the sessions, sorted as people expect. */
  async function deviceCodes(accounting: AccountingSources, rows: RowsWithin['rows']): Promise<string[]> {
    const codes = new Set<string>();
    for (let start = 0; start < rows.length; start += plansAtOnce) {
      const some = rows.slice(start, start + plansAtOnce);
      await accounting.plans.prepare(some);
      for (const row of some) {
        const plan = await findPlan(accounting.plans, row);
        for (const { code } of plan?.devices ?? []) codes.add(code);
      }
    }
    return [...codes].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  }

  /** Sites by device code, for configured devices that are at one. */
  async function sitesOf(codes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (codes.length === 0) return new Map();
    const rows = await ofAll.database
      .selectFrom('devices')
      .innerJoin('sites', 'sites.id', 'devices.site_id')
      .select(['devices.code as device', 'sites.code as site'])
      .where('devices.code', 'in', codes)
      .execute();
    return new Map(rows.map(({ device, site }) => [device, site]));
  }
}

function counted(
  devices: readonly DeviceAccount[] | undefined,
  periods: readonly Period[] | undefined,
  time: TimeRange,
): Pick<CompletenessRow, 'counts' | 'values' | 'never_delivered' | 'by_period'> {
  if (!devices) return { counts: null, values: null, never_delivered: null, by_period: null };
  const counted = {
    counts: countsOf(devices),
    values: valuesOf(devices),
    never_delivered: countNeverDelivered(devices),
  };
  if (!periods) return { ...counted, by_period: null };
  const due = new DueTimes(periods, time);
  due.add(devices);
  return { ...counted, by_period: { ...tickColumns(devices, periods), due: due.view() } };
}

const valuesOfTime = (time: TimeRange) => ({ ...time, withValues: true });

function refuseTooMany(periods: readonly Period[] | undefined, rows: number): void {
  if (periods && periods.length * rows > periodsAtMost) throw tooManyPeriods(periodsAtMost);
}
