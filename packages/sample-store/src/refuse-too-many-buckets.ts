import { type AggregateQuery, bucketsAtMost, HistoryQueryRefused } from './sample-store.ts';
import { storeText } from './texts.ts';

/** @throws HistoryQueryRefused */
export function refuseTooManyBuckets({ start, end, intervalMs }: AggregateQuery): void {
  const buckets = Math.ceil((end.getTime() - start.getTime()) / intervalMs);
  if (buckets <= bucketsAtMost) return;
  throw new HistoryQueryRefused(storeText('intervals_are_too_many_at_most', { buckets, bucketsAtMost }));
}
