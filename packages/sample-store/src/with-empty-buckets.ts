import type { AggregateQuery, HistoryBucket } from './sample-store.ts';

/**
 * Puts an empty bucket (count 0, everything else null) wherever a device has none between its first bucket and the end
 * of the question, so that a chart draws a gap and not a line across it. Returns the latest `limit` buckets, ascending
 * by time, then device, as the stores do.
 */
export function withEmptyBuckets(
  buckets: readonly HistoryBucket[],
  query: Pick<AggregateQuery, 'pointCode' | 'end' | 'intervalMs' | 'utcOffsetMs' | 'limit'>,
): HistoryBucket[] {
  const { pointCode, end, intervalMs, utcOffsetMs = 0, limit } = query;
  const byDevice = new Map<string, Map<number, HistoryBucket>>();
  for (const bucket of buckets) {
    const ofDevice = byDevice.get(bucket.device) ?? new Map<number, HistoryBucket>();
    byDevice.set(bucket.device, ofDevice.set(bucket.time.getTime(), bucket));
  }
  const lastMs = Math.ceil((end.getTime() + utcOffsetMs) / intervalMs - 1) * intervalMs - utcOffsetMs;
  const filled: HistoryBucket[] = [];
  for (const [device, ofDevice] of byDevice) {
    // Earlier buckets cannot be among the latest `limit`.
    const [oldestMs = lastMs] = ofDevice.keys();
    const firstMs = Math.max(oldestMs, lastMs - (limit - 1) * intervalMs);
    for (let timeMs = firstMs; timeMs <= lastMs; timeMs += intervalMs) {
      const nothing = { mean: null, min: null, max: null, last: null, count: 0, quality: 'good' } as const;
      filled.push(ofDevice.get(timeMs) ?? { time: new Date(timeMs), device, pointCode, ...nothing });
    }
  }
  filled.sort((a, b) => a.time.getTime() - b.time.getTime() || (a.device < b.device ? -1 : 1));
  return filled.slice(-limit);
}
