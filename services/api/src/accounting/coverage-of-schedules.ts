import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { type CoverageWindow, coverageAround } from './coverage-around.ts';

/**
 * What is on record of each schedule. A device that has ticks of several lengths is asked for once for each of these, so
 * there are as many questions as the device with most of them has.
 */
export async function coverageOfSchedules<S extends CoverageWindow['devices'][number]>(
  records: Pick<TickCoverage, 'readOf'>,
  schedules: readonly S[],
  window: Omit<CoverageWindow, 'devices'>,
): Promise<ReadonlyMap<S, Coverage>> {
  const found = new Map<S, Coverage>();
  for (let left = schedules; left.length > 0; ) {
    const asked = new Map<string, S>();
    const later: S[] = [];
    for (const schedule of left) {
      const key = JSON.stringify([schedule.sessionId, schedule.deviceCode]);
      if (asked.has(key)) later.push(schedule);
      else asked.set(key, schedule);
    }
    const covered = await coverageAround(records, { ...window, devices: [...asked.values()] });
    for (const schedule of asked.values()) {
      const coverage = covered.get(schedule.sessionId)?.get(schedule.deviceCode);
      if (coverage) found.set(schedule, coverage);
    }
    left = later;
  }
  return found;
}
