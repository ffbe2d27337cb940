import type { EvenSpan } from '@holdfast/shared/domain/plant-clock.ts';
import { refuseTooManyBuckets } from './refuse-too-many-buckets.ts';
import type { AggregateQuery, HistoryBucket, HistoryQuery, SampleStore } from './sample-store.ts';
import { withBucketsAt } from './with-empty-buckets.ts';

/** The intervals of a span as a store is asked for them. */
export function intervalsOf({
  fromMs,
  intervalMs,
}: EvenSpan): Pick<AggregateQuery, 'intervalMs' | 'utcOffsetMs'> {
  return { intervalMs, utcOffsetMs: -(fromMs % intervalMs) };
}

/**
 * Buckets by the calendar of a clock that is put forward and back, with empty ones as of {@link withEmptyBuckets}: each
 * span is one question, the latest first, as many as the limit needs.
 * @param spans over the time of the question, in order
 * @throws SampleStoreUnavailable, HistoryQueryRefused
 */
export async function aggregateSpans(
  store: Pick<SampleStore, 'aggregate'>,
  query: HistoryQuery & { readonly intervalMs: number },
  spans: readonly EvenSpan[],
): Promise<HistoryBucket[]> {
  refuseTooManyBuckets(query);
  let buckets: readonly HistoryBucket[] = [];
  const begins: number[] = [];
  for (const span of spans.toReversed()) {
    const start = new Date(Math.max(span.fromMs, query.start.getTime()));
    const end = new Date(Math.min(span.toMs, query.end.getTime()));
    if (start >= end) continue;
    buckets = [...(await store.aggregate({ ...query, ...intervalsOf(span), start, end })), ...buckets];
    const lastMs = end.getTime() - 1;
    const firstMs = Math.max(span.fromMs, start.getTime() - span.intervalMs + 1);
    for (
      let atMs = span.fromMs + Math.floor((lastMs - span.fromMs) / span.intervalMs) * span.intervalMs;
      atMs >= firstMs && begins.length < query.limit;
      atMs -= span.intervalMs
    )
      begins.push(atMs);
    if (begins.length >= query.limit || buckets.length >= query.limit) break;
  }
  return withBucketsAt(buckets, begins.reverse(), query);
}
