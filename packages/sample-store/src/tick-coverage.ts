import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Coverage, GapCause } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { normalise, type TickRange, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';

/**
 * The fate of a tick on its way into the database. `sent` and `confirmed` say only that a collector has sent something for
 * it: see `Coverage`.
 */
export type TickOutcome = 'stored' | 'quarantined' | 'fenced' | 'sent' | 'confirmed' | MissCause;

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

/** The points of a device of which stored ticks of one length have no value. */
export interface LackingOfDevice {
  /** Ticks of which nobody knows that: of senders that do not say it, or whose list never came or found no room. */
  readonly untold: TickRanges;
  readonly sets: readonly { readonly ticks: TickRanges; readonly points: readonly LackedPoints[] }[];
}

/**
 * The book of what became of each tick: what the gaps of a session are computed from.
 *
 * Callers may rely on: entries add up as sets, so recording one again changes nothing. One tick may have several
 * outcomes (missed by one owner, read by the next); the reader decides which counts.
 */
export interface TickCoverage {
  /**
   * Durable when it returns. An entry that the database cannot hold (a NUL character in a name) is left out: no
   * session has such a name. @throws SampleStoreUnavailable
   */
  record(entries: readonly TickEntry[]): Promise<void>;
  /** By device code; a device without any entry is not in it. @throws SampleStoreUnavailable */
  read(query: CoverageQuery): Promise<ReadonlyMap<string, CoverageByPeriod>>;
  /**
   * The same of many devices at once, in one statement: by session, then by device code. @throws SampleStoreUnavailable
   */
  readOf(
    devices: readonly DeviceOfSession[],
    time: CoverageTime,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, CoverageByPeriod>>>;
  /**
   * The points that stored ticks of these devices lack: by session, then by device code, then by length of the ticks in ms. A device of which each stored tick has all
   * values is not in it. @throws SampleStoreUnavailable
   */
  lackingOf(
    devices: readonly DeviceOfSession[],
    time: CoverageTime,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, LackingOfDevice>>>>;
  /**
   * Newest tick of each pair that is on record as stored or as missed, in the days from `fromMs` on; a pair of which there is none
   * is not in it. @throws SampleStoreUnavailable
   */
  newest(devices: readonly DeviceOfSession[], fromMs: number): Promise<readonly NewestTick[]>;
  /**
   * The first tick of each pair that is on record as stored or as missed, and the newest that is stored, however long ago; a pair of which
   * there is none is not in it. One statement, which reads the ticks of two days of each. @throws SampleStoreUnavailable
   */
  lastStored(devices: readonly DeviceOfSession[]): Promise<readonly LastStored[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** By length of the ticks in ms: they are counted by it, so that ticks of another length have other numbers. */
export type CoverageByPeriod = ReadonlyMap<number, Coverage>;

export interface DeviceOfSession {
  readonly sessionId: string;
  readonly deviceCode: string;
}

export interface NewestTick extends DeviceOfSession {
  /** Its scheduled time, in ms since 1970. */
  readonly timeMs: number;
}

/** Scheduled times, in ms since 1970. */
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
  /** ms since 1970. At least the ticks scheduled from then on; the store gives whole days (UTC). */
  readonly fromMs?: number;
  /** At least the ticks scheduled up to then. */
  readonly toMs?: number;
}

type TickOfSample = Pick<Sample, 'session' | 'device' | 'tick' | 'through_tick' | 'period_ms'>;

/** True if the sample says something of its tick: a part of one that is not over has values alone. */
export function accountsForTick({ part, miss }: Pick<Sample, 'part' | 'miss'>): boolean {
  return part === undefined || miss !== undefined;
}

/**
 * A sample with values is stored, also when some of its points are missing, and so is one that says that nothing has
 * changed; a miss may answer for many ticks.
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
    // Only a miss speaks for more than its own tick.
    to: outcome === 'stored' ? sample.tick : Math.max(sample.tick, sample.through_tick ?? sample.tick),
    outcome,
  };
}

/** Puts together what one device of a session has on record. */
export function coverageOf(ranges: ReadonlyMap<TickOutcome, readonly TickRange[]>): Coverage {
  const missed = new Map<GapCause, readonly TickRange[]>();
  for (const [outcome, ticks] of ranges) {
    if (outcome === 'stored' || outcome === 'quarantined') continue;
    if (outcome === 'sent' || outcome === 'confirmed') continue;
    missed.set(outcome, normalise(ticks));
  }
  return {
    stored: normalise(ranges.get('stored') ?? []),
    quarantined: normalise(ranges.get('quarantined') ?? []),
    missed,
    sent: normalise(ranges.get('sent') ?? []),
    confirmed: normalise(ranges.get('confirmed') ?? []),
  };
}
