import { type DeviceLeg, type DueTicks, dueTicks } from '@holdfast/shared/domain/gaps/due-ticks.ts';
import type { RatedTicks } from '@holdfast/shared/domain/gaps/point-values.ts';
import { type RunningInterval, scheduledTicks } from '@holdfast/shared/domain/gaps/schedule.ts';
import { intersection, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { PollingPlan } from '../../configuration/polling-plans.ts';

/** A version of a session's configuration, and the time since when it is in force: -Infinity for the first one. */
export interface PlannedLeg {
  readonly fromMs: number;
  readonly plan: PollingPlan;
}

/** The ticks of one version, with their length. */
export interface RatedLeg extends RatedTicks {
  readonly periodMs: number;
}

/** The ticks in which a device was to be read. */
export interface DeviceSchedule {
  readonly deviceCode: string;
  /** Length of the device's latest ticks. */
  readonly periodMs: number;
  /** Due ticks by length, since a change may bring another one; always includes the latest length. */
  readonly due: readonly DueTicks[];
  /** The same by version, for versions that have come into force, oldest first, with their numbers of points. */
  readonly legs: readonly RatedLeg[];
  /** Whether the version in force has the device. */
  readonly isRead: boolean;
}

/** The schedules of all devices that a session has or had, in the order of its newest version, then of earlier ones. */
export function deviceSchedules(
  legs: readonly PlannedLeg[],
  intervals: readonly RunningInterval[],
  nowMs: number,
  isWanted: (deviceCode: string) => boolean = () => true,
): DeviceSchedule[] {
  const [only, ...others] = legs;
  if (!only) return [];
  if (others.length === 0) return ofOneVersion(only.plan, intervals, nowMs, isWanted);
  const inForce = legs.findLastIndex(({ fromMs }) => fromMs < nowMs);
  const devices = legs.map(({ plan }) => new Map(plan.devices.map((device) => [device.code, device])));
  const codes = new Set(devices.toReversed().flatMap((each) => [...each.keys()]));
  return [...codes].filter(isWanted).flatMap((deviceCode) => {
    const deviceLegs = legs.map(
      ({ fromMs }, index): DeviceLeg => ({ fromMs, periodMs: devices[index]?.get(deviceCode)?.periodMs }),
    );
    const read = deviceLegs.filter((leg) => leg.periodMs !== undefined);
    const { periodMs } = read.findLast(({ fromMs }) => fromMs < nowMs) ?? read[0] ?? {};
    if (periodMs === undefined) return [];
    const due = dueTicks(deviceLegs, intervals, nowMs);
    // A device belongs to the session even before its first tick is due.
    const isDue = due.some((each) => each.periodMs === periodMs);
    const ofVersions = deviceLegs.flatMap((leg, index): RatedLeg[] => {
      if (leg.periodMs === undefined || index > inForce) return [];
      const all = due.find((each) => each.periodMs === leg.periodMs)?.scheduled ?? [];
      const scheduled = intersection(all, ticksOf(index, deviceLegs, intervals, nowMs));
      return [{ periodMs: leg.periodMs, scheduled, rates: devices[index]?.get(deviceCode)?.rates }];
    });
    const schedules = isDue ? due : [...due, { periodMs, scheduled: [] }];
    const isRead = devices[inForce]?.has(deviceCode) === true;
    return [{ deviceCode, periodMs, due: schedules, legs: ofVersions, isRead }];
  });
}

/** The ticks of one leg alone. */
function ticksOf(
  leg: number,
  legs: readonly DeviceLeg[],
  intervals: readonly RunningInterval[],
  nowMs: number,
): TickRanges {
  const alone = legs.map((each, index) => (index === leg ? each : { ...each, periodMs: undefined }));
  return dueTicks(alone, intervals, nowMs)[0]?.scheduled ?? [];
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
    .map(({ code: deviceCode, periodMs, rates }) => {
      const scheduled = byPeriod.get(periodMs) ?? scheduledTicks(intervals, periodMs, nowMs);
      byPeriod.set(periodMs, scheduled);
      const ticks = { periodMs, scheduled };
      return { deviceCode, periodMs, due: [ticks], legs: [{ ...ticks, rates }], isRead: true };
    });
}
