import { aggregateSpans } from '@holdfast/sample-store/aggregate-spans.ts';
import {
  type HistoryBucket,
  type HistoryDevice,
  type HistoryQuery,
  type SampleStore,
  SampleStoreUnavailable,
} from '@holdfast/sample-store/sample-store.ts';
import { withEmptyBuckets } from '@holdfast/sample-store/with-empty-buckets.ts';
import type { GapView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import {
  type Aggregation,
  type PointHistory,
  type PointHistoryQuery,
  pointHistoryQuerySchema,
  pointHistorySchema,
} from '@holdfast/shared/contracts/http/point-history-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { evenSpans, type PlantClock } from '@holdfast/shared/domain/plant-clock.ts';
import { historyDevices, historyDevicesAt } from '../../configuration/history-devices.ts';
import { requirePoint } from '../../configuration/require-point.ts';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import { clientGone } from '../../http/client-gone.ts';
import { type Route, route } from '../../http/route.ts';
import { BrokerUnavailable } from '../../ports.ts';
import { Problem, validationFailed } from '../../problems/problem.ts';
import { deviceNotInSession, requireSession, sessionThatWas } from '../../sessions/require-session.ts';
import { clockOfZone } from '../../times/plant-clocks.ts';
import { intervalOf, timeOf, utcOffsetOf } from '../../times/relative-time.ts';
import {
  type AccountingSources,
  accountForSession,
  devicesOfSession,
} from '../accounting/account-for-session.ts';
import { gapViews } from '../accounting/gap-views.ts';
import { extentOfSession } from './history-of-session.ts';

export interface PointHistorySources {
  readonly database: Database;
  readonly samples: Pick<SampleStore, 'history' | 'aggregate' | 'keepsSessions'>;
  readonly accounting: AccountingSources;
}

export function pointHistoryRoutes(sources: PointHistorySources): Route[] {
  const { database, samples, accounting } = sources;

  const results = async (
    query: HistoryQuery,
    intervals: Intervals | undefined,
    aggregation: Aggregation,
  ): Promise<PointHistory['results']> => {
    if (intervals === undefined) {
      const points = await samples.history(query);
      return points.map(({ time, device, pointCode, value, quality }) => ({
        time: time.toISOString(),
        device,
        point_code: pointCode,
        value,
        quality,
      }));
    }
    const buckets = await bucketsOf(samples, query, intervals);
    return buckets.map((bucket) => bucketResult(bucket, aggregation));
  };

  /** The question to the store, or undefined if nothing can be found. */
  const questionOf = async (
    { point_code, device, session_id, limit }: PointHistoryQuery,
    { start, end, signal, own }: { start: Date; end: Date; signal: AbortSignal; own: OwnDevices },
  ): Promise<HistoryQuery | undefined> => {
    const common = { pointCode: point_code, limit, start, end, signal };
    const one = device || undefined;
    if (session_id && !samples.keepsSessions) {
      const extent = await extentOfSession(accounting, { sessionId: session_id, device: one, start, end });
      const devices = extent?.devices.filter(isAmong(own)) ?? [];
      return extent && devices.length > 0 ? { ...common, ...extent, devices } : undefined;
    }
    if (own?.length === 0) return undefined;
    return {
      ...common,
      ...(own ? { devices: own } : one ? { devices: await historyDevices(database, [one]) } : {}),
      ...(session_id ? { sessionId: session_id } : {}),
    };
  };

  return [
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/point-history',
      role: 'viewer',
      sites: ({ query: { device } }) => ({ deviceCodes: device ? [device] : [] }),
      tag: 'Data',
      summary: 'Read stored values of a point',
      about:
        'From the sample database. With `interval`, one result for each interval with `mean`, `min`, `max`, `last` and `count`; `aggregation` says which of them is `value`. Intervals begin at multiples of their length in UTC unless `utc_offset` or `time_zone` is given. `limit_reached`: there may be more.',
      problems: { 404: 'There is no such thing' },
      schema: { querystring: pointHistoryQuerySchema, response: { 200: pointHistorySchema } },
      handler: async (request, reply): Promise<PointHistory> => {
        const { query } = request;
        const signal = clientGone(reply);
        const now = new Date();
        const start = timeOf('start_time', query.start_time || '-1h', now);
        const end = timeOf('end_time', query.end_time || 'now', now);
        if (start >= end) {
          throw validationFailed([
            { path: 'start_time', message: fieldText('must_be_before', { other: 'end_time' }) },
          ]);
        }
        const intervalMs = query.interval ? intervalOf(query.interval) : undefined;
        const utcOffsetMs = utcOffsetOf(query.utc_offset);
        const clock = query.time_zone === undefined ? undefined : clockOfZone(query.time_zone);
        const intervals = intervalMs === undefined ? undefined : { intervalMs, utcOffsetMs, clock };
        const sites = request.grantedSites;
        const own =
          sites === 'everywhere'
            ? undefined
            : await historyDevicesAt(database, sites, query.device || undefined);
        const historyQuery = await questionOf(query, { start, end, signal, own });
        const rows = historyQuery ? await results(historyQuery, intervals, query.aggregation) : [];
        if (rows.length === 0) {
          const devicesAreKnown = await isOfKnownSession(accounting, query);
          const devices = query.device
            ? (historyQuery?.devices ?? (await historyDevices(database, [query.device])))
            : own;
          await requirePoint(
            { database, samples },
            { pointCode: query.point_code, devices, devicesAreKnown, signal },
          );
        }
        const gaps = query.session_id
          ? await knownGaps(accounting, query.session_id, query.device || undefined, {
              from: start,
              to: end > now ? now : end,
            })
          : undefined;
        return {
          start_time: start.toISOString(),
          end_time: end.toISOString(),
          interval_seconds: intervalMs === undefined ? null : intervalMs / 1_000,
          results: rows,
          limit_reached: rows.length >= query.limit,
          ...(gaps ? { gaps: gaps.filter(({ device }) => isAmong(own)({ deviceCode: device })) } : {}),
        };
      },
    }),
  ];
}

interface Intervals {
  readonly intervalMs: number;
  readonly utcOffsetMs: number;
  /** Undefined: they begin at multiples of their length since 1970, by the offset. */
  readonly clock: PlantClock | undefined;
}

async function bucketsOf(
  samples: Pick<SampleStore, 'aggregate'>,
  query: HistoryQuery,
  { intervalMs, utcOffsetMs, clock }: Intervals,
): Promise<HistoryBucket[]> {
  if (!clock) {
    const bucketQuery = { ...query, intervalMs, utcOffsetMs };
    return withEmptyBuckets(await samples.aggregate(bucketQuery), bucketQuery);
  }
  const [fromMs, toMs] = [query.start.getTime(), query.end.getTime()];
  return aggregateSpans(samples, { ...query, intervalMs }, evenSpans(clock, { fromMs, toMs, intervalMs }));
}

/** The devices at the caller's sites, or undefined for all devices. */
type OwnDevices = readonly HistoryDevice[] | undefined;

function isAmong(own: OwnDevices): (device: Pick<HistoryDevice, 'deviceCode'>) => boolean {
  const codes = own && new Set(own.map(({ deviceCode }) => deviceCode));
  return ({ deviceCode }) => codes === undefined || codes.has(deviceCode);
}

function bucketResult(bucket: HistoryBucket, aggregation: Aggregation): PointHistory['results'][number] {
  const { time, device, pointCode, mean, min, max, last, count, quality } = bucket;
  return {
    time: time.toISOString(),
    device,
    point_code: pointCode,
    value: count === 0 ? null : bucket[aggregation],
    quality,
    mean,
    min,
    max,
    last,
    count,
  };
}

/**
 * Whether the requested session may have read the requested device: a configuration that it ran on has the device, or cannot
 * be asked now. The device may have changed since. While neither can be asked, nothing is called unknown.
 * @throws Problem when there never was such a session, or it reads no such device
 */
async function isOfKnownSession(
  sources: Pick<AccountingSources, 'database' | 'pasts' | 'plans'>,
  { session_id: sessionId, device }: Pick<PointHistoryQuery, 'session_id' | 'device'>,
): Promise<boolean> {
  if (!sessionId) return false;
  try {
    const session = await sessionThatWas(sources.database, sessionId);
    // The devices of a session that was cleaned up are not kept.
    if (!session || !device) return false;
    const devices = await unlessUnreadable(devicesOfSession(sources, session));
    if (!devices || devices.some(({ code }) => code === device)) return true;
  } catch (error) {
    if (isOutage(error)) return true;
    throw error;
  }
  throw deviceNotInSession(sessionId, device);
}

/** Awaits an answer. Returns undefined if a snapshot is lost. */
async function unlessUnreadable<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof DatabaseUnavailable ||
    error instanceof SampleStoreUnavailable ||
    error instanceof BrokerUnavailable
  );
}
/** The gaps, or undefined if they cannot be found out now, since history is useful even without them. */
async function knownGaps(
  sources: AccountingSources,
  sessionId: string,
  device: string | undefined,
  window: { from: Date; to: Date },
): Promise<GapView[] | undefined> {
  try {
    const session = await requireSession(sources.database, sessionId);
    const account = await accountForSession(sources, { session, device, ...window });
    return account && gapViews(account).map(({ view }) => view);
  } catch (error) {
    if (isOutage(error) || error instanceof Problem) return undefined;
    throw error;
  }
}
