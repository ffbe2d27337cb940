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
    /** All ticks of the device, also those at other times. */
    readonly due: readonly DueTicks[];
  }[];
  readonly nowMs: number;
}

/** By session, then by device code. */
export type CoverageOfSessions = ReadonlyMap<string, ReadonlyMap<string, CoverageByPeriod>>;

/**
 * Reads the record of the requested time and a day on either side. This shows why a tick within is missing, if the
 * nearest records before and after the time are there. If they are not, as for a device that was unreachable for long,
 * its whole record is read. @throws SampleStoreUnavailable
 */
export async function coverageAround(
  coverage: Pick<TickCoverage, 'readOf'>,
  { fromMs, toMs, devices, nowMs }: CoverageWindow,
): Promise<CoverageOfSessions> {
  if (fromMs === undefined) return coverage.readOf(devices, {});
  const around = await coverage.readOf(devices, { fromMs: fromMs - marginMs, toMs: toMs + marginMs });
  const untold = devices.filter(({ sessionId, deviceCode, due }) => {
    const recorded = recordedIn(around.get(sessionId)?.get(deviceCode));
    const isFirst = due.every(
      ({ periodMs, scheduled: [first] }) => (first?.from ?? Number.POSITIVE_INFINITY) * periodMs >= fromMs,
    );
    const isBefore = isFirst || due.every((ticks) => isToldBefore(fromMs, ticks, recorded));
    // Near the present, later records do not exist yet, so reading more would explain nothing.
    const isAfter = toMs + marginMs >= nowMs || due.every((ticks) => isToldAfter(toMs, ticks, recorded));
    return !(isBefore && isAfter);
  });
  if (untold.length === 0) return around;
  const whole = await coverage.readOf(untold, {});
  const bySession = new Map([...around].map(([sessionId, byDevice]) => [sessionId, new Map(byDevice)]));
  for (const { sessionId, deviceCode } of untold) {
    const coverageOfDevice = whole.get(sessionId)?.get(deviceCode);
    if (!coverageOfDevice) continue;
    const byDevice = bySession.get(sessionId) ?? new Map<string, CoverageByPeriod>();
    bySession.set(sessionId, byDevice.set(deviceCode, coverageOfDevice));
  }
  return bySession;
}

/** The ticks of one length that are on record. */
interface RecordedTicks {
  readonly periodMs: number;
  readonly ranges: readonly TickRange[];
}

function recordedIn(byPeriod: CoverageByPeriod | undefined): RecordedTicks[] {
  return [...(byPeriod ?? [])].map(([periodMs, { stored, quarantined, missed }]) => ({
    periodMs,
    ranges: [stored, quarantined, ...missed.values()].flat(),
  }));
}

/**
 * Whether the last record is known before a hole in these ticks that reaches past `fromMs`. Records of another length are
 * within such a hole and do not end it. There must be one from before these ticks were due.
 */
function isToldBefore(
  fromMs: number,
  { periodMs, scheduled }: DueTicks,
  recorded: readonly RecordedTicks[],
): boolean {
  const first = Math.ceil(fromMs / periodMs);
  const begins = scheduled.find(({ from, to }) => from < first && to >= first)?.from;
  return recorded.some(({ periodMs: length, ranges }) => {
    const untilMs = length === periodMs || begins === undefined ? fromMs : begins * periodMs;
    return ranges.some(({ from }) => from * length < untilMs);
  });
}

/** The same for the first record after a hole that begins before `toMs`. */
function isToldAfter(
  toMs: number,
  { periodMs, scheduled }: DueTicks,
  recorded: readonly RecordedTicks[],
): boolean {
  const last = Math.ceil(toMs / periodMs) - 1;
  const ends = scheduled.find(({ from, to }) => from <= last && to > last)?.to;
  return recorded.some(({ periodMs: length, ranges }) => {
    const sinceMs = length === periodMs || ends === undefined ? toMs : ends * periodMs;
    return ranges.some(({ to }) => to * length > sinceMs);
  });
}
