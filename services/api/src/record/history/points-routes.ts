import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { type PointPlace, parsePointName, pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import {
  type PointTrend,
  type PointTrends,
  type PointValuesPage,
  pointTrendsQuerySchema,
  pointTrendsSchema,
  pointValuesPageSchema,
  pointValuesQuerySchema,
} from '@holdfast/shared/contracts/http/points-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { historyDevices } from '../../configuration/history-devices.ts';
import { requirePoint } from '../../configuration/require-point.ts';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import { clientGone } from '../../http/client-gone.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { localize } from '../../problems/localize.ts';
import { Problem, validationFailed } from '../../problems/problem.ts';
import { requireSession } from '../../sessions/require-session.ts';
import { timeOf } from '../../times/relative-time.ts';
import type { AccountingSources } from '../accounting/account-for-session.ts';
import { configuredPoints } from './configured-points.ts';
import { holesOfDevices } from './holes-of-devices.ts';
import { nextPeriods } from './next-periods.ts';
import { trendOf } from './point-trends.ts';
import { type PointValueSources, pointValues } from './point-values.ts';
import { historyText } from './texts.ts';
import type { TickLength } from './tick-lengths.ts';

export interface PointsSources extends Omit<PointValueSources, 'nextPeriods'> {
  readonly database: Database;
  readonly samples: Pick<SampleStore, 'history' | 'aggregate' | 'lastValues'>;
  readonly accounting: AccountingSources;
}

/** Trends asked at once, one question each: more from one caller would keep others from the database. */
const trendsTogether = 3;

const brokerUnavailableNotice = () => ({
  what: 'broker' as const,
  detail: localize(historyText('nats_does_not_answer_now')),
});

/** Routes for values of many points in one call: the last ones, and those over a time. */
export function pointsRoutes(sources: PointsSources): Route[] {
  const { database, samples, accounting } = sources;
  return [
    route({
      method: 'GET',
      url: '/api/acquisition/points/values',
      role: 'viewer',
      sites: ({ query: { device = [], session, point = [] } }) => ({
        deviceCodes: [...device, ...placesOf(point).map((place) => place.device)],
        shownSessions: session === undefined ? [] : [session],
      }),
      tag: 'Data',
      summary: 'Read the last value of points',
      about:
        'However old, with quality and age. `miss` says why the latest tick of its device gave no value. `live_id` is where the stream of samples continues.',
      problems: { 404: 'There is no such thing' },
      schema: { querystring: pointValuesQuerySchema, response: { 200: pointValuesPageSchema } },
      handler: async (request): Promise<PointValuesPage> => {
        const { device, session, point, limit, cursor } = request.query;
        const offset = decodeCursor(cursor) ?? 0;
        const taskId = session === undefined ? undefined : (await requireSession(database, session)).task_id;
        const places = point && placesOf(point);
        await requireDevices(database, device);
        const points = await configuredPoints(
          database,
          { sites: request.grantedSites, devices: device?.length ? device : undefined, taskId, places },
          { limit: limit + 1, offset },
        );
        const { results, liveId, notAsked } = await pointValues(
          {
            ...sources,
            nextPeriods: (readings) => nextPeriods({ database, plans: accounting.plans }, readings),
          },
          points.slice(0, limit),
        );
        const names = new Set(
          points.flatMap(({ device, codes }) => codes.map((code) => pointName({ device, point: code }))),
        );
        const arrays = new Set([...names].map((name) => name.replace(/\[\d+\]$/, '')));
        return {
          as_of: new Date().toISOString(),
          live_id: liveId,
          results,
          next_cursor: encodeCursor(points.length > limit ? offset + limit : undefined),
          // Whether points on other pages exist is not looked up.
          unknown: (points.length > limit || offset > 0 ? [] : (point ?? [])).filter(
            (name) => !names.has(name) && !arrays.has(name),
          ),
          not_asked: notAsked,
        };
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/points/history',
      role: 'viewer',
      sites: ({ query: { point } }) => ({ deviceCodes: placesOf(point).map(({ device }) => device) }),
      tag: 'Data',
      summary: 'Read stored values of several points, as a chart draws them',
      about:
        'Up to 20 points. A point with at most two values per bucket has all of them; others have `min`, `mean`, `max` and `last` of each interval, so no peak is lost. `gaps` and `not_read` say where no line belongs.',
      schema: { querystring: pointTrendsQuerySchema, response: { 200: pointTrendsSchema } },
      handler: async (request, reply): Promise<PointTrends> => {
        const { point, start_time, end_time, buckets } = request.query;
        const signal = clientGone(reply);
        const now = new Date();
        const start = timeOf('start_time', start_time || '-1h', now);
        const end = timeOf('end_time', end_time || 'now', now);
        if (start >= end) {
          throw validationFailed([
            { path: 'start_time', message: fieldText('must_be_before', { other: 'end_time' }) },
          ]);
        }
        const places = placesOf([...new Set(point)]);
        const devices = [...new Set(places.map(({ device }) => device))];
        const where = new Map(
          (await historyDevices(database, devices)).map((each) => [each.deviceCode, each]),
        );
        const holes = await holesOfDevices(accounting, devices, { start, end, now });
        const configured = await configuredIfKnown(database, places);
        const unknown: string[] = [];
        const read = async (place: PointPlace): Promise<PointTrend | undefined> => {
          const at = where.get(place.device);
          const ofPlace = at ? [at] : [];
          const columns = await trendOf(samples, { place, devices: ofPlace, start, end, buckets, signal });
          const about = configured.find(
            ({ device, codes }) => device === place.device && codes.includes(place.point),
          );
          if (!about && columns.times.length === 0 && !(await isKnown(place, ofPlace))) {
            unknown.push(pointName(place));
            return undefined;
          }
          const periods = about?.sendsChangesOnly
            ? []
            : periodsOf(holes.lengths.get(place.device) ?? [], { ownMs: about?.periodMs, start });
          return {
            point: pointName(place),
            device: place.device,
            point_code: place.point,
            name: about?.name ?? '',
            unit: about?.unit ?? '',
            period_ms: periods.at(-1)?.period_ms ?? null,
            periods,
            ...columns,
          };
        };
        const isKnown = (place: PointPlace, ofPlace: { deviceCode: string; measurement: string }[]) =>
          requirePoint({ database, samples }, { pointCode: place.point, devices: ofPlace, signal }).then(
            () => true,
            (error: unknown) => {
              if (error instanceof Problem) return false;
              throw error;
            },
          );
        const results: PointTrend[] = [];
        for (let from = 0; from < places.length; from += trendsTogether) {
          const some = await Promise.all(places.slice(from, from + trendsTogether).map(read));
          results.push(...some.filter((trend) => trend !== undefined));
        }
        return {
          start_time: start.toISOString(),
          end_time: end.toISOString(),
          as_of: now.toISOString(),
          results,
          devices: [...holes.devices],
          unknown,
          not_asked: holes.brokerWasAsked ? [] : [brokerUnavailableNotice()],
        };
      },
    }),
  ];
}

/** The distance of values over time: that of the device's ticks, or the point's own period if that is longer. */
function periodsOf(
  lengths: readonly TickLength[],
  { ownMs, start }: { readonly ownMs: number | null | undefined; readonly start: Date },
): PointTrend['periods'] {
  const all = lengths.length > 0 || ownMs == null ? lengths : [{ fromMs: start.getTime(), periodMs: ownMs }];
  return all
    .map(({ fromMs, periodMs }) => ({
      start_time: new Date(fromMs).toISOString(),
      period_ms: Math.max(periodMs, ownMs ?? 0),
    }))
    .filter(({ period_ms }, index, each) => each[index - 1]?.period_ms !== period_ms);
}

function placesOf(names: readonly string[]): PointPlace[] {
  return names.map(parsePointName).filter((place) => place !== undefined);
}

/** @throws Problem for the first device that is not configured */
async function requireDevices(database: Database, codes: readonly string[] = []): Promise<void> {
  if (codes.length === 0) return;
  const rows = await database.selectFrom('devices').select('code').where('code', 'in', codes).execute();
  const codesFound = new Set(rows.map(({ code }) => code));
  const unknown = codes.find((code) => !codesFound.has(code));
  if (unknown !== undefined)
    throw new Problem('device_not_found', historyText('device_unknown', { unknown }));
}

/** The configured points, or empty while the database is unavailable, since values are useful without names and units. */
async function configuredIfKnown(database: Database, places: readonly PointPlace[]) {
  try {
    // The caller's right to these places was already judged.
    return await configuredPoints(
      database,
      { sites: 'everywhere', places },
      { limit: places.length * 2, offset: 0 },
    );
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return [];
    throw error;
  }
}
