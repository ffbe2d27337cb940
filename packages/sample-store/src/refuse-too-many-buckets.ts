import { type AggregateQuery, bucketsAtMost, HistoryQueryRefused } from './sample-store.ts';

/** @throws HistoryQueryRefused */
export function refuseTooManyBuckets({ start, end, intervalMs }: AggregateQuery): void {
  const buckets = Math.ceil((end.getTime() - start.getTime()) / intervalMs);
  if (buckets <= bucketsAtMost) return;
  throw new HistoryQueryRefused(
    `${buckets} intervals are too many (${bucketsAtMost} at most): ask for less time or longer intervals`,
  );
}
