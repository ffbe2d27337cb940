import type { AggregateQuery, HistoryBucket } from './sample-store.ts';

type BucketQuery = Pick<AggregateQuery, 'pointCode' | 'limit'>;

/**
 * Puts an empty bucket (count 0, everything else null) wherever a device has none between its first bucket and the end
 * of the question, so that a chart draws a gap and not a line across it. Returns the latest `limit` buckets, ascending
 * by time, then device, as the stores do.
 */
export function withEmptyBuckets(
  buckets: readonly HistoryBucket[],
  query: BucketQuery & Pick<AggregateQuery, 'end' | 'intervalMs' | 'utcOffsetMs'>,
): HistoryBucket[] {
  const { end, intervalMs, utcOffsetMs = 0, limit } = query;
  const oldestMs = Math.min(...buckets.map(({ time }) => time.getTime()));
  const lastMs = Math.ceil((end.getTime() + utcOffsetMs) / intervalMs - 1) * intervalMs - utcOffsetMs;
  const begins: number[] = [];
  for (let atMs = lastMs; atMs >= oldestMs && begins.length < limit; atMs -= intervalMs) begins.push(atMs);
  return withBucketsAt(buckets, begins.reverse(), query);
}

/** @param begins of all intervals, ascending; earlier ones than the latest `limit` may be left out */
export function withBucketsAt(
  buckets: readonly HistoryBucket[],
  begins: readonly number[],
  { pointCode, limit }: BucketQuery,
): HistoryBucket[] {
  const byDevice = new Map<string, Map<number, HistoryBucket>>();
  for (const bucket of buckets) {
    const ofDevice = byDevice.get(bucket.device) ?? new Map<number, HistoryBucket>();
    byDevice.set(bucket.device, ofDevice.set(bucket.time.getTime(), bucket));
  }
  const filled: HistoryBucket[] = [];
  for (const [device, ofDevice] of byDevice) {
    const [oldestMs = 0] = ofDevice.keys();
    for (const timeMs of begins) {
      if (timeMs < oldestMs) continue;
      const nothing = { mean: null, min: null, max: null, last: null, count: 0, quality: 'good' } as const;
      filled.push(ofDevice.get(timeMs) ?? { time: new Date(timeMs), device, pointCode, ...nothing });
    }
  }
  filled.sort((a, b) => a.time.getTime() - b.time.getTime() || (a.device < b.device ? -1 : 1));
  return filled.slice(-limit);
}
