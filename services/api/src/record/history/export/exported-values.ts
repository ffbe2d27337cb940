import { intervalsOf } from '@holdfast/sample-store/aggregate-spans.ts';
import type { HistoryDevice, SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import type { EvenSpan } from '@holdfast/shared/domain/plant-clock.ts';

/** One value code of a device. */
export interface ExportedPoint {
  readonly device: HistoryDevice;
  readonly pointCode: string;
  /** Name and unit as configured now, or empty for a point that no longer is. */
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
  /** Over the whole time; undefined for every value. */
  readonly spans: readonly EvenSpan[] | undefined;
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
    // A failure surfaces where the next batch is awaited, if it is.
    next.catch(() => undefined);
    yield value;
  }
}

/** Length of the first look at a point whose period is unknown. */
const firstSpanMs = 3_600_000;
const growsAtMost = 8;

/** Values of point after point, ascending by time, in batches. @throws SampleStoreUnavailable, HistoryQueryRefused */
export async function* exportedValues(
  points: readonly ExportedPoint[],
  options: ExportOptions,
): AsyncGenerator<ExportedBatch> {
  for (const point of points) {
    for await (const values of valuesOfPoint(point, options)) if (values.length > 0) yield { point, values };
  }
}

/** Values of one point, ascending by time, in batches, which may be empty. @throws as `exportedValues` */
export function valuesOfPoint(
  point: ExportedPoint,
  { spans, ...options }: ExportOptions,
): AsyncGenerator<ExportedValue[]> {
  return spans ? buckets(point, { ...options, spans }) : everyValue(point, { ...options, spans });
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
    const query = { pointCode, devices: [device], start: from, end: to, signal };
    const points = await samples.history({ ...query, limit: atOnce + 1 });
    if (points.length > atOnce && toMs - fromMs > 1) {
      spanMs = Math.max(1, Math.floor((toMs - fromMs) / 2));
      continue;
    }
    yield points.map(({ time, value, quality }) => ({ timeMs: time.getTime(), figures: [value], quality }));
    fromMs = toMs;
    const share = points.length / atOnce;
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
    spans,
  }: ExportOptions & { readonly spans: readonly EvenSpan[] },
): AsyncGenerator<ExportedValue[]> {
  const endMs = end.getTime();
  const where = { pointCode, devices: [device], signal };
  let fromMs = start.getTime();
  let index = 0;
  /** The span of a moment; moments come in order. */
  const spanAt = (atMs: number): EvenSpan => {
    while ((spans[index]?.toMs ?? endMs) <= atMs && index < spans.length - 1) index += 1;
    return spans[index] as EvenSpan;
  };
  /** Where the interval of a moment begins, so that no interval is in two questions. */
  const beginOf = (span: EvenSpan, atMs: number): number =>
    span.fromMs + Math.floor((atMs - span.fromMs) / span.intervalMs) * span.intervalMs;
  /** Intervals to search for any value at all, when the last ones had none. */
  let skipped = 0;
  while (fromMs < endMs) {
    const span = spanAt(fromMs);
    const start = new Date(fromMs);
    if (skipped > 0) {
      const untilMs = Math.min(fromMs + skipped * span.intervalMs, endMs);
      const isEmpty =
        (await samples.history({ ...where, start, end: new Date(untilMs), limit: 1 })).length === 0;
      if (isEmpty) fromMs = untilMs === endMs ? endMs : beginOf(spanAt(untilMs), untilMs);
      skipped = isEmpty ? skipped * growsAtMost : 0;
      continue;
    }
    const toMs = Math.min(beginOf(span, fromMs) + atOnce * span.intervalMs, span.toMs, endMs);
    const aggregates = await samples.aggregate({
      ...{ ...where, ...intervalsOf(span), start, end: new Date(toMs), limit: atOnce + 1 },
    });
    yield aggregates.map(({ time: begin, mean, min, max, last, count, quality }) => ({
      timeMs: begin.getTime(),
      figures: [mean, min, max, last],
      count,
      quality,
    }));
    fromMs = toMs;
    if (aggregates.length === 0) skipped = atOnce;
  }
}
