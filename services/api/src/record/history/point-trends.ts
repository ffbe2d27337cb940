import type {
  HistoryBucket,
  HistoryPoint,
  HistoryQuery,
  SampleStore,
} from '@holdfast/sample-store/sample-store.ts';
import type { PointPlace } from '@holdfast/shared/contracts/http/point-name.ts';
import type { PointTrend } from '@holdfast/shared/contracts/http/points-http.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Lengths into which people divide time. */
const lengths = [
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * hourMs),
];

export interface TrendQuery extends Pick<HistoryQuery, 'devices' | 'start' | 'end' | 'signal'> {
  readonly place: PointPlace;
  readonly buckets: number;
}

export type TrendColumns = Pick<
  PointTrend,
  'interval_seconds' | 'times' | 'last' | 'min' | 'mean' | 'max' | 'uncertain'
>;

/** A chart may as well draw every value if there are no more than two per pixel. */
const valuesOfBucket = 2;

/**
 * The values of one point over a time: every value if there are few, else figures for each interval.
 * @throws SampleStoreUnavailable, HistoryQueryRefused
 */
export async function trendOf(
  samples: Pick<SampleStore, 'history' | 'aggregate'>,
  { place: { point: pointCode }, buckets, ...range }: TrendQuery,
): Promise<TrendColumns> {
  const atMost = buckets * valuesOfBucket;
  const query = { ...range, pointCode };
  const points = await samples.history({ ...query, limit: atMost + 1 });
  if (points.length <= atMost) return everyValue(points);
  const intervalMs = niceInterval(range.end.getTime() - range.start.getTime(), buckets);
  return intervals(await samples.aggregate({ ...query, intervalMs, limit: buckets + 1 }), intervalMs);
}

function everyValue(points: readonly HistoryPoint[]): TrendColumns {
  return {
    interval_seconds: null,
    times: points.map(({ time }) => time.toISOString()),
    last: points.map(({ value }) => value),
    uncertain: uncertainOf(points),
  };
}

/** Figures by interval, without intervals that have no value. */
function intervals(buckets: readonly HistoryBucket[], intervalMs: number): TrendColumns {
  return {
    interval_seconds: intervalMs / 1_000,
    times: buckets.map(({ time }) => time.toISOString()),
    last: buckets.map(({ last }) => last ?? ''),
    min: buckets.map(({ min }) => min),
    mean: buckets.map(({ mean }) => mean),
    max: buckets.map(({ max }) => max),
    uncertain: uncertainOf(buckets),
  };
}

function uncertainOf(all: readonly { readonly quality: string }[]): number[] {
  return all.flatMap(({ quality }, index) => (quality === 'uncertain' ? [index] : []));
}

/** The shortest of these lengths that divides a time into at most this many; beyond half a day, whole days. */
export function niceInterval(timeMs: number, atMost: number): number {
  const least = timeMs / atMost;
  return lengths.find((length) => length >= least) ?? Math.ceil(least / dayMs) * dayMs;
}
