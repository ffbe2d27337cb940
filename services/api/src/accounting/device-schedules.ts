import { type DeviceLeg, dueTicks } from '@holdfast/shared/domain/gaps/due-ticks.ts';
import { type RunningInterval, scheduledTicks } from '@holdfast/shared/domain/gaps/schedule.ts';
import type { TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { PollingPlan } from '../configuration/polling-plans.ts';

/** A version of a session's configuration, and since when it is in force: -Infinity for the first one. */
export interface PlannedLeg {
  readonly fromMs: number;
  readonly plan: PollingPlan;
}

/** The ticks that a device was to be read in. A session keeps the period of a device. */
export interface DeviceSchedule {
  readonly deviceCode: string;
  readonly periodMs: number;
  readonly scheduled: TickRanges;
}

/** The schedules of all devices that a session has or had: in the order of its newest version, then of those before. */
export function deviceSchedules(
  legs: readonly PlannedLeg[],
  intervals: readonly RunningInterval[],
  nowMs: number,
  isWanted: (deviceCode: string) => boolean = () => true,
): DeviceSchedule[] {
  const [only, ...others] = legs;
  if (!only) return [];
  if (others.length === 0) return ofOneVersion(only.plan, intervals, nowMs, isWanted);
  const periods = legs.map(({ plan }) => new Map(plan.devices.map(({ code, periodMs }) => [code, periodMs])));
  const codes = new Set(periods.toReversed().flatMap((each) => [...each.keys()]));
  return [...codes].filter(isWanted).flatMap((deviceCode) => {
    const deviceLegs = legs.map(
      ({ fromMs }, index): DeviceLeg => ({ fromMs, periodMs: periods[index]?.get(deviceCode) }),
    );
    const [periodMs] = deviceLegs.flatMap((leg) => leg.periodMs ?? []);
    if (periodMs === undefined) return [];
    const [due] = dueTicks(deviceLegs, intervals, nowMs);
    // A device is one of the session's before its first tick is due.
    return [{ deviceCode, periodMs, scheduled: due?.scheduled ?? [] }];
  });
}

function ofOneVersion(
  { devices }: PollingPlan,
  intervals: readonly RunningInterval[],
  nowMs: number,
  isWanted: (deviceCode: string) => boolean,
): DeviceSchedule[] {
  const byPeriod = new Map<number, TickRanges>();
  return devices
    .filter(({ code }) => isWanted(code))
    .map(({ code: deviceCode, periodMs }) => {
      const scheduled = byPeriod.get(periodMs) ?? scheduledTicks(intervals, periodMs, nowMs);
      byPeriod.set(periodMs, scheduled);
      return { deviceCode, periodMs, scheduled };
    });
}
