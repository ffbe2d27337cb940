import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Coverage, GapCause } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { normalise, type TickRange, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';

/**
 * The outcome of a tick on its way into the database. `sent`, `confirmed` and `source_kept` say nothing
 * of its own outcome: see `Coverage`.
 */
export type TickOutcome =
  | 'stored'
  | 'quarantined'
  | 'fenced'
  | 'sent'
  | 'confirmed'
  | 'source_kept'
  | MissCause;

/** Ticks `from` to `to`, both included, of one device of a session. */
export interface TicksOfDevice extends TickRange {
  readonly sessionId: string;
  readonly deviceCode: string;
  /** Length of a tick. */
  readonly periodMs: number;
}

export interface TickEntry extends TicksOfDevice {
  readonly outcome: TickOutcome;
}

/** The points of a device that have no value in stored ticks of one length. */
export interface LackingOfDevice {
  /** Ticks for which that is not known: their sender does not say it, or the list never came or found no room. */
  readonly untold: TickRanges;
  readonly sets: readonly { readonly ticks: TickRanges; readonly points: readonly LackedPoints[] }[];
}

/**
 * The book of what became of each tick, from which the gaps of a session are computed.
 *
 * Callers may rely on this: entries add up as sets, so recording one again changes nothing. One tick may have several
 * outcomes (missed by one owner, read by the next); the reader decides which counts.
 */
export interface TickCoverage {
  /**
   * Durable when it returns. An entry that the database cannot hold (a NUL character in a name) is left out: no session
   * has such a name. @throws SampleStoreUnavailable
   */
  record(entries: readonly TickEntry[]): Promise<void>;
  /** By device code; devices without any entry are left out. @throws SampleStoreUnavailable */
  read(query: CoverageQuery): Promise<ReadonlyMap<string, CoverageByPeriod>>;
  /**
   * The same for many devices at once, in one statement: by session, then by device code. @throws
   * SampleStoreUnavailable
   */
  readOf(
    devices: readonly DeviceOfSession[],
    time: CoverageTime,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, CoverageByPeriod>>>;
  /**
   * The points that stored ticks of these devices lack: by session, then by device code, then by length of the ticks in
   * ms. Devices whose stored ticks all have all values are left out. @throws SampleStoreUnavailable
   */
  lackingOf(
    devices: readonly DeviceOfSession[],
    time: CoverageTime,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, LackingOfDevice>>>>;
  /**
   * The newest tick of each pair that is recorded as stored or as missed, in the days from `fromMs` on; pairs without
   * one are left out. @throws SampleStoreUnavailable
   */
  newest(devices: readonly DeviceOfSession[], fromMs: number): Promise<readonly NewestTick[]>;
  /**
   * For each pair, the first tick that is recorded as stored or as missed, and the newest that is stored, however long
   * ago; pairs without one are left out. One statement, which reads two days of ticks for each pair. @throws
   * SampleStoreUnavailable
   */
  lastStored(devices: readonly DeviceOfSession[]): Promise<readonly LastStored[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** By length of the ticks in ms: ticks of another length have other numbers. */
export type CoverageByPeriod = ReadonlyMap<number, Coverage>;

export interface DeviceOfSession {
  readonly sessionId: string;
  readonly deviceCode: string;
}

export interface NewestTick extends DeviceOfSession {
  /** Scheduled time of the tick, in ms since 1970. */
  readonly timeMs: number;
}

/** All times are scheduled times, in ms since 1970. */
export interface LastStored extends DeviceOfSession {
  readonly firstMs: number;
  /** Undefined where no tick is stored. */
  readonly storedMs: number | undefined;
}

export interface CoverageQuery extends CoverageTime {
  readonly sessionId: string;
  readonly deviceCode?: string;
}

export interface CoverageTime {
  /** ms since 1970. The answer has at least the ticks scheduled from then on; the store gives whole days (UTC). */
  readonly fromMs?: number;
  /** The answer has at least the ticks scheduled up to then. */
  readonly toMs?: number;
}

type TickOfSample = Pick<Sample, 'session' | 'device' | 'tick' | 'through_tick' | 'period_ms'>;

/** Whether the sample says what became of its tick: a part of a tick that is not over only has values. */
export function accountsForTick({ part, miss }: Pick<Sample, 'part' | 'miss'>): boolean {
  return part === undefined || miss !== undefined;
}

/**
 * The outcome that a sample reports. A sample with values is stored, even when some of its points are missing, and so
 * is one that says that nothing has changed. A miss may answer for many ticks.
 */
export function outcomeOfSample(
  sample: Pick<Sample, 'values' | 'integers' | 'changes' | 'miss'>,
): TickOutcome {
  if (sample.miss === undefined) return 'stored';
  return (sample.values ?? sample.integers ?? sample.changes) === undefined ? sample.miss.cause : 'stored';
}

export function tickEntry(sample: TickOfSample, outcome: TickOutcome): TickEntry {
  return {
    sessionId: sample.session,
    deviceCode: sample.device,
    periodMs: sample.period_ms,
    from: sample.tick,
    // Only a miss covers more than its own tick.
    to: outcome === 'stored' ? sample.tick : Math.max(sample.tick, sample.through_tick ?? sample.tick),
    outcome,
  };
}

/** Summarises the recorded ticks of one device of a session. */
export function coverageOf(ranges: ReadonlyMap<TickOutcome, readonly TickRange[]>): Coverage {
  const missed = new Map<GapCause, readonly TickRange[]>();
  for (const [outcome, ticks] of ranges) {
    if (outcome === 'stored' || outcome === 'quarantined') continue;
    if (outcome === 'sent' || outcome === 'confirmed' || outcome === 'source_kept') continue;
    missed.set(outcome, normalise(ticks));
  }
  const sourceKept = ranges.get('source_kept');
  return {
    stored: normalise(ranges.get('stored') ?? []),
    quarantined: normalise(ranges.get('quarantined') ?? []),
    missed,
    sent: normalise(ranges.get('sent') ?? []),
    confirmed: normalise(ranges.get('confirmed') ?? []),
    ...(sourceKept ? { sourceKept: normalise(sourceKept) } : {}),
  };
}
