import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { plantClock, shiftsWithin } from '@holdfast/shared/domain/plant-clock.ts';
import type { TimeRange } from '../time/time-range.ts';

/** A shift that ended, or is under way, as a time to export. */
export interface ShiftTime {
  readonly name: string;
  readonly range: TimeRange & { readonly to: string };
}

const dayMs = 86_400_000;
const shiftsAtMost = 6;

/** The latest shifts of each site that has some, the newest first. */
export function latestShifts(
  sites: readonly Pick<SiteView, 'code' | 'name' | 'shifts'>[],
  zone: string,
  nowMs: number,
): { readonly site: string; readonly shifts: readonly ShiftTime[] }[] {
  const clock = plantClock(zone);
  return sites
    .filter(({ shifts }) => shifts.length > 0)
    .map(({ code, name, shifts }) => ({
      site: name || code,
      shifts: shiftsWithin(clock, shifts, { fromMs: nowMs - 3 * dayMs, toMs: nowMs })
        .toReversed()
        .slice(0, shiftsAtMost)
        .map(({ name, fromMs, toMs }) => ({
          name,
          range: { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() },
        })),
    }));
}
