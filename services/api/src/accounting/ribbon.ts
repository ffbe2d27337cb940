import type { Ribbon } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import type { RunningInterval } from '@holdfast/shared/domain/gaps/schedule.ts';
import type { TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { DeviceAccount } from './account-for-session.ts';

/** A time in equal parts, of which the last may be cut short. */
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

/** Ticks of all devices by the bucket that they are scheduled in. @param devices accounted for within the same time */
export function ribbonOf(
  devices: readonly Pick<DeviceAccount, 'periodMs' | 'scheduled' | 'stored' | 'quarantined' | 'gaps'>[],
  buckets: Buckets,
): Omit<Ribbon, 'life'> {
  const none = () => new Array<number>(buckets.count).fill(0);
  const expected = none();
  const stored = none();
  const quarantined = none();
  const missing = new Map<GapCause, number[]>();
  for (const { periodMs, scheduled, gaps, ...device } of devices) {
    count(expected, scheduled, periodMs, buckets);
    count(stored, device.stored, periodMs, buckets);
    count(quarantined, device.quarantined, periodMs, buckets);
    for (const gap of gaps) {
      const ofCause = missing.get(gap.cause) ?? none();
      missing.set(gap.cause, ofCause);
      count(ofCause, [gap], periodMs, buckets);
    }
  }
  return {
    expected,
    stored,
    quarantined: sparse(quarantined),
    missing: [...missing]
      .flatMap(([cause, ticks]) => sparse(ticks).map((each) => ({ ...each, cause })))
      .sort((one, other) => one.bucket - other.bucket),
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

function sparse(ticks: readonly number[]): { bucket: number; ticks: number }[] {
  return ticks.flatMap((each, bucket) => (each === 0 ? [] : [{ bucket, ticks: each }]));
}

/** States of a session within the time: between its intervals it was paused, or had failed. */
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
