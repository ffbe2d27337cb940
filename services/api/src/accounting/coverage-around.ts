import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import type { TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';

const marginMs = 86_400_000;

export interface CoverageWindow {
  readonly sessionId: string;
  /** Only this device. */
  readonly device: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number;
  /** Those asked for, each with all its scheduled ticks. */
  readonly devices: readonly {
    readonly code: string;
    readonly periodMs: number;
    readonly scheduled: TickRanges;
  }[];
  readonly nowMs: number;
}

/**
 * The record of the time asked for and a day on either side: enough to tell why a tick within is missing when the
 * nearest records before and after that time lie there. Where they do not, as when a device was away for long,
 * everything of the session. @throws SampleStoreUnavailable
 */
export async function coverageAround(
  coverage: Pick<TickCoverage, 'read'>,
  { sessionId, device, fromMs, toMs, devices, nowMs }: CoverageWindow,
): Promise<ReadonlyMap<string, Coverage>> {
  const whose = { sessionId, ...(device === undefined ? {} : { deviceCode: device }) };
  if (fromMs === undefined) return coverage.read(whose);
  const around = await coverage.read({ ...whose, fromMs: fromMs - marginMs, toMs: toMs + marginMs });
  const isEnough = devices.every(({ code, periodMs, scheduled }) => {
    const known = around.get(code);
    const firstScheduledMs = (scheduled[0]?.from ?? Number.POSITIVE_INFINITY) * periodMs;
    const recorded = known ? [known.stored, known.quarantined, ...known.missed.values()].flat() : [];
    const isBefore = firstScheduledMs >= fromMs || recorded.some(({ from }) => from * periodMs < fromMs);
    // Records that are not there by now will not explain anything either.
    const isAfter = toMs + marginMs >= nowMs || recorded.some(({ to }) => to * periodMs > toMs);
    return isBefore && isAfter;
  });
  return isEnough ? around : coverage.read(whose);
}
