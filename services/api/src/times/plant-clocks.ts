import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { type Period, type PlantClock, periodsOf, plantClock } from '@holdfast/shared/domain/plant-clock.ts';
import { validationFailed } from '../problems/problem.ts';
import { tooManyPeriods } from '../problems/too-many-periods.ts';
import { intervalOf, utcOffsetOf } from './relative-time.ts';

const dayMs = 86_400_000;
/** Clocks that were requested, by their zones: making a clock takes longer than using it. */
const clockByZone = new Map<string, PlantClock>();
const keptAtMost = 50;

/** The clock by which an answer counts its days. @throws Problem for an unknown zone */
export function clockOfQuery(
  {
    time_zone: zone,
    utc_offset: offset,
  }: { time_zone?: string | undefined; utc_offset?: string | undefined },
  plantZone: string,
): PlantClock {
  if (zone === undefined && offset) {
    // Refuses what is no offset. Below, a plus sign that came as a blank becomes one again.
    utcOffsetOf(offset);
    return clockOfZone(offset.replace(/^ /, '+').replace(/^Z$/, 'UTC'), 'utc_offset');
  }
  return clockOfZone(zone ?? plantZone);
}

/** @throws Problem for an unknown zone */
export function clockOfZone(zone: string, field: 'time_zone' | 'utc_offset' = 'time_zone'): PlantClock {
  const clock = clockByZone.get(zone);
  if (clock) return clock;
  try {
    const newClock = plantClock(zone);
    if (clockByZone.size >= keptAtMost) clockByZone.clear();
    clockByZone.set(zone, newClock);
    return newClock;
  } catch {
    throw validationFailed([{ path: field, message: fieldText('time_zone_rule') }]);
  }
}

/** Periods of an interval within a time. @param atMost of them @throws Problem */
export function periodsWithin(
  clock: PlantClock,
  interval: string,
  { from, to }: { readonly from: Date; readonly to: Date },
  atMost: number,
): Period[] {
  const intervalMs = calendarInterval(interval);
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  if ((toMs - fromMs) / intervalMs > atMost) throw tooManyPeriods(atMost);
  return periodsOf(clock, { fromMs, toMs, intervalMs });
}

/** The length of periods that a calendar has. @throws Problem */
export function calendarInterval(interval: string): number {
  const intervalMs = intervalOf(interval);
  if (intervalMs > dayMs && intervalMs % dayMs !== 0) {
    throw validationFailed([{ path: 'interval', message: fieldText('bucket_rule') }]);
  }
  return intervalMs;
}
