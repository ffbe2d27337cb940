import type { CoverageByPeriod, TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { DueTicks } from '@holdfast/shared/domain/gaps/due-ticks.ts';
import type { TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';

const marginMs = 86_400_000;

export interface CoverageWindow {
  readonly fromMs: number | undefined;
  readonly toMs: number;
  readonly devices: readonly {
    readonly sessionId: string;
    readonly deviceCode: string;
    /** All of its ticks, also those of other times. */
    readonly due: readonly DueTicks[];
  }[];
  readonly nowMs: number;
}

/** By session, then by device code. */
export type CoverageOfSessions = ReadonlyMap<string, ReadonlyMap<string, CoverageByPeriod>>;

/**
 * The record of the time asked for and a day on either side: enough to tell why a tick within is missing when the
 * nearest records before and after that time lie there. Of devices of which they do not, as of one that was away for
 * long, everything. @throws SampleStoreUnavailable
 */
export async function coverageAround(
  coverage: Pick<TickCoverage, 'readOf'>,
  { fromMs, toMs, devices, nowMs }: CoverageWindow,
): Promise<CoverageOfSessions> {
  if (fromMs === undefined) return coverage.readOf(devices, {});
  const around = await coverage.readOf(devices, { fromMs: fromMs - marginMs, toMs: toMs + marginMs });
  const untold = devices.filter(({ sessionId, deviceCode, due }) => {
    const known = around.get(sessionId)?.get(deviceCode) ?? [];
    const isFirst = due.every(
      ({ periodMs, scheduled: [first] }) => (first?.from ?? Number.POSITIVE_INFINITY) * periodMs >= fromMs,
    );
    const isRecorded = (holds: (range: TickRange, periodMs: number) => boolean) =>
      [...known].some(([periodMs, { stored, quarantined, missed }]) =>
        [stored, quarantined, ...missed.values()].some((ranges) =>
          ranges.some((range) => holds(range, periodMs)),
        ),
      );
    const isBefore = isFirst || isRecorded(({ from }, periodMs) => from * periodMs < fromMs);
    // Records that are not there by now will not explain anything either.
    const isAfter = toMs + marginMs >= nowMs || isRecorded(({ to }, periodMs) => to * periodMs > toMs);
    return !(isBefore && isAfter);
  });
  if (untold.length === 0) return around;
  const whole = await coverage.readOf(untold, {});
  const found = new Map([...around].map(([sessionId, byDevice]) => [sessionId, new Map(byDevice)]));
  for (const { sessionId, deviceCode } of untold) {
    const known = whole.get(sessionId)?.get(deviceCode);
    if (!known) continue;
    const byDevice = found.get(sessionId) ?? new Map<string, CoverageByPeriod>();
    found.set(sessionId, byDevice.set(deviceCode, known));
  }
  return found;
}
