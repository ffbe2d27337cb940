import { both } from '@holdfast/driver/form-words.ts';
import { type AggregateQuery, bucketsAtMost, HistoryQueryRefused } from './sample-store.ts';

/** @throws HistoryQueryRefused */
export function refuseTooManyBuckets({ start, end, intervalMs }: AggregateQuery): void {
  const buckets = Math.ceil((end.getTime() - start.getTime()) / intervalMs);
  if (buckets <= bucketsAtMost) return;
  throw new HistoryQueryRefused(
    both(
      `${buckets} intervals are too many (${bucketsAtMost} at most): ask for less time or longer intervals`,
      `时段共 ${buckets} 个，超过上限 ${bucketsAtMost} 个：请取更短的时间，或更长的间隔`,
    ),
  );
}
