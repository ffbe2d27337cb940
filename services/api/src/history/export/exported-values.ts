import type { HistoryDevice, SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';

/** One value code of a device. */
export interface ExportedPoint {
  readonly device: HistoryDevice;
  readonly pointCode: string;
  /** Name and unit as configured now; empty for a point that no longer is. */
  readonly name: string;
  readonly unit: string;
}

export interface ExportedValue {
  readonly timeMs: number;
  /** The value; for an interval, its mean, min, max and last. */
  readonly figures: readonly (PointValue | null)[];
  /** Values in the interval. */
  readonly count?: number;
  readonly quality: string;
}

export interface ExportOptions {
  readonly samples: Pick<SampleStore, 'history' | 'aggregate'>;
  readonly start: Date;
  readonly end: Date;
  readonly intervals: { readonly intervalMs: number; readonly utcOffsetMs: number } | undefined;
  readonly signal: AbortSignal;
  /** Number of values in memory at a time. */
  readonly atOnce?: number;
}

export interface ExportedBatch {
  readonly point: ExportedPoint;
  readonly values: readonly ExportedValue[];
}

/** Yields the same batches, and fetches the next one while this one is written. */
export async function* lookingAhead<T>(batches: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = batches.next();
  for (;;) {
    const { value, done } = await next;
    if (done === true) return;
    next = batches.next();
    // A failure surfaces where the next batch is awaited, if anybody does.
    next.catch(() => undefined);
    yield value;
  }
}

/** Length of the first look at a point whose period nobody knows. */
const firstSpanMs = 3_600_000;
const growsAtMost = 8;

/** Values of point after point, ascending by time, in batches. @throws SampleStoreUnavailable, HistoryQueryRefused */
export async function* exportedValues(
  points: readonly ExportedPoint[],
  options: ExportOptions,
): AsyncGenerator<ExportedBatch> {
  const { intervals } = options;
  for (const point of points) {
    const batches = intervals ? buckets(point, { ...options, intervals }) : everyValue(point, options);
    for await (const values of batches) if (values.length > 0) yield { point, values };
  }
}

/**
 * Yields every value. Since a store gives the latest values of a time, the time is searched in spans that hold about as
 * many values as may be in memory: a span with more is halved, and the length of the next one follows from the values
 * in the last one.
 */
async function* everyValue(
  { device, pointCode }: ExportedPoint,
  { samples, start, end, signal, atOnce = 20_000 }: ExportOptions,
): AsyncGenerator<ExportedValue[]> {
  let fromMs = start.getTime();
  let spanMs = firstSpanMs;
  while (fromMs < end.getTime()) {
    const toMs = Math.min(fromMs + spanMs, end.getTime());
    const [from, to] = [new Date(fromMs), new Date(toMs)];
    const asked = { pointCode, devices: [device], start: from, end: to, signal };
    const found = await samples.history({ ...asked, limit: atOnce + 1 });
    if (found.length > atOnce && toMs - fromMs > 1) {
      spanMs = Math.max(1, Math.floor((toMs - fromMs) / 2));
      continue;
    }
    yield found.map(({ time, value, quality }) => ({ timeMs: time.getTime(), figures: [value], quality }));
    fromMs = toMs;
    const share = found.length / atOnce;
    spanMs = Math.max(1, Math.floor(spanMs * Math.min(growsAtMost, share > 0 ? 0.8 / share : growsAtMost)));
  }
}

async function* buckets(
  { device, pointCode }: ExportedPoint,
  {
    samples,
    start,
    end,
    signal,
    atOnce = 20_000,
    intervals,
  }: ExportOptions & { readonly intervals: NonNullable<ExportOptions['intervals']> },
): AsyncGenerator<ExportedValue[]> {
  const { intervalMs, utcOffsetMs } = intervals;
  const endMs = end.getTime();
  const where = { pointCode, devices: [device], signal };
  /** The end of this many intervals, so that no interval lies in two questions. */
  const endOf = (fromMs: number, count: number) =>
    Math.min((Math.floor((fromMs + utcOffsetMs) / intervalMs) + count) * intervalMs - utcOffsetMs, endMs);
  let fromMs = start.getTime();
  /** Intervals to search for any value at all, when the last ones had none. */
  let skipped = 0;
  while (fromMs < endMs) {
    const toMs = endOf(fromMs, Math.max(atOnce, skipped));
    const time = { start: new Date(fromMs), end: new Date(toMs) };
    if (skipped > 0) {
      const isEmpty = (await samples.history({ ...where, ...time, limit: 1 })).length === 0;
      if (isEmpty) fromMs = toMs;
      skipped = isEmpty ? skipped * growsAtMost : 0;
      continue;
    }
    const found = await samples.aggregate({ ...where, ...time, ...intervals, limit: atOnce + 1 });
    yield found.map(({ time: begin, mean, min, max, last, count, quality }) => ({
      timeMs: begin.getTime(),
      figures: [mean, min, max, last],
      count,
      quality,
    }));
    fromMs = toMs;
    if (found.length === 0) skipped = atOnce;
  }
}
