import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import type { TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';

const marginMs = 86_400_000;

export interface CoverageWindow {
  readonly fromMs: number | undefined;
  readonly toMs: number;
  readonly devices: readonly {
    readonly sessionId: string;
    readonly deviceCode: string;
    readonly periodMs: number;
    /** All of its ticks, also those of other times. */
    readonly scheduled: TickRanges;
  }[];
  readonly nowMs: number;
}

/** By session, then by device code. */
export type CoverageOfSessions = ReadonlyMap<string, ReadonlyMap<string, Coverage>>;

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
  const untold = devices.filter(({ sessionId, deviceCode, periodMs, scheduled }) => {
    const known = around.get(sessionId)?.get(deviceCode);
    const firstScheduledMs = (scheduled[0]?.from ?? Number.POSITIVE_INFINITY) * periodMs;
    const recorded = known ? [known.stored, known.quarantined, ...known.missed.values()].flat() : [];
    const isBefore = firstScheduledMs >= fromMs || recorded.some(({ from }) => from * periodMs < fromMs);
    // Records that are not there by now will not explain anything either.
    const isAfter = toMs + marginMs >= nowMs || recorded.some(({ to }) => to * periodMs > toMs);
    return !(isBefore && isAfter);
  });
  if (untold.length === 0) return around;
  const whole = await coverage.readOf(untold, {});
  const found = new Map([...around].map(([sessionId, byDevice]) => [sessionId, new Map(byDevice)]));
  for (const { sessionId, deviceCode } of untold) {
    const known = whole.get(sessionId)?.get(deviceCode);
    if (!known) continue;
    const byDevice = found.get(sessionId) ?? new Map<string, Coverage>();
    found.set(sessionId, byDevice.set(deviceCode, known));
  }
  return found;
}
