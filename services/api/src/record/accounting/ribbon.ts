import type { Ribbon } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { RunningInterval } from '@holdfast/shared/domain/gaps/schedule.ts';
import type { TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import { type CountedDevice, ticksByColumn } from './ticks-by-column.ts';

/** A time in equal parts; the last may be cut short. */
export interface Buckets {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucketMs: number;
  readonly count: number;
}

export function bucketsOf(from: Date, to: Date, count: number): Buckets {
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  return { fromMs, toMs, bucketMs: Math.max(1, Math.ceil((toMs - fromMs) / count)), count };
}

/** Ticks of all devices by the bucket in which they are scheduled. @param devices accounted for within the same time */
export function ribbonOf(devices: readonly CountedDevice[], buckets: Buckets): Omit<Ribbon, 'life'> {
  const counted = ticksByColumn(devices, buckets.count, (into, ranges, periodMs) =>
    count(into, ranges, periodMs, buckets),
  );
  return {
    ...counted,
    quarantined: counted.quarantined.map(({ column: bucket, ticks }) => ({ bucket, ticks })),
    missing: counted.missing.map(({ column: bucket, ticks, cause }) => ({ bucket, ticks, cause })),
  };
}

function count(into: number[], ranges: TickRanges, periodMs: number, { fromMs, bucketMs }: Buckets): void {
  for (const { from, to } of ranges) {
    for (let tick = from; tick <= to; ) {
      const bucket = Math.floor((tick * periodMs - fromMs) / bucketMs);
      const last = Math.min(to, Math.ceil((fromMs + (bucket + 1) * bucketMs) / periodMs) - 1);
      into[bucket] = (into[bucket] ?? 0) + last - tick + 1;
      tick = last + 1;
    }
  }
}

/** States of a session within the time; between its intervals it was paused or had failed. */
export function lifeOf(
  { status, intervals }: { readonly status: SessionStatus; readonly intervals: readonly RunningInterval[] },
  { fromMs, toMs }: Buckets,
): Ribbon['life'] {
  const life: Ribbon['life'] = [];
  const add = (state: Ribbon['life'][number]['state'], startMs: number, endMs: number) => {
    const [from, to] = [Math.max(startMs, fromMs), Math.min(endMs, toMs)];
    if (from < to) life.push({ state, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  };
  for (const [index, { fromMs: startMs, toMs: endMs = toMs }] of intervals.entries()) {
    add('running', startMs, endMs);
    const next = intervals[index + 1];
    const isOver = next === undefined && (status === 'stopped' || status === 'error');
    add(isOver ? 'over' : 'paused', endMs, next?.fromMs ?? toMs);
  }
  return life;
}
