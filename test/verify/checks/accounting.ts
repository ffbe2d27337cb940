import { outcomeOfSample } from '@holdfast/sample-store/tick-coverage.ts';
import { accountOfDevice } from '@holdfast/shared/domain/gaps/account-of-device.ts';
import { type Accounting, type GapCause, settledMs } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { type DueTicks, dueTicks } from '@holdfast/shared/domain/gaps/due-ticks.ts';
import { type RunningInterval, runningIntervals } from '@holdfast/shared/domain/gaps/schedule.ts';
import {
  countTicks,
  fromTicks,
  intersection,
  normalise,
  type TickRange,
  type TickRanges,
  without,
} from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { timedPlacements } from '@holdfast/shared/domain/gaps/timed-placements.ts';
import { hasReadings } from '../has-readings.ts';
import type { History, PollingConfig, TickOfDevice, Violation } from '../history.ts';
import { legsOf, sessionHistories } from '../session-histories.ts';
import { sampleKey, tickKey } from '../tick-keys.ts';
import type { Tolerances } from '../tolerances.ts';
import { tooLateSamples } from '../too-late-samples.ts';

export interface TickCounts {
  readonly expected: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly gaps: Readonly<Record<string, number>>;
}

/**
 * I7: every scheduled tick of every device is stored, quarantined or in exactly one gap, and no gap that is older than
 * the time that samples need to arrive is without an explanation.
 */
export function accounting(
  history: History,
  { settleMs }: Pick<Tolerances, 'settleMs'>,
): { violations: Violation[]; ticks: TickCounts } {
  const violations: Violation[] = [];
  const totals = { expected: 0, stored: 0, quarantined: 0, gaps: {} as Record<string, number> };
  const recorded = recordedTicks(history);
  const nowMs = history.readAtMs - settleMs;
  for (const session of sessionHistories(history).values()) {
    const legs = legsOf(session).map((leg) => ({
      ...leg,
      config: history.configs.get(`${session.taskId}/${leg.configVersion}`),
    }));
    const missing = legs.find(({ config }) => !config);
    if (missing) {
      violations.push({
        invariant: 'I7',
        subject: session.sessionId,
        what: `configuration ${session.taskId}/${missing.configVersion} is missing: its schedule is unknown`,
      });
      continue;
    }
    const intervals = runningIntervals(session.lifecycle);
    const changes = legs.slice(1).map(({ fromMs, sequence }) => ({ timeMs: fromMs, event: sequence }));
    for (const { device, due } of schedulesOf(legs, intervals, nowMs)) {
      const accountsByRate = due.map(({ periodMs, scheduled }) => {
        const since = { from: Math.ceil(history.sinceMs / periodMs), to: Number.MAX_SAFE_INTEGER };
        return { periodMs, scheduled: intersection(scheduled, [since]) };
      });
      const subject = `${session.sessionId}/${device}`;
      const accounts = accountOfDevice({
        due: accountsByRate,
        coverage: new Map([...(recorded.get(subject) ?? [])].map(([length, of]) => [length, coverageOf(of)])),
        intervals,
        placements: timedPlacements(session.placements),
        changes,
        // A sample that is younger than what is judged explains what is missing before it.
        nowMs: history.readAtMs,
        settledMs: settledMs(nowMs, undefined),
      });
      for (const account of accounts) {
        const { scheduled } = account;
        violations.push(
          ...unexplained(account).map(
            (what): Violation => ({ invariant: 'I7', subject, what, mayPass: true }),
          ),
          ...problems(account, scheduled).map((what): Violation => ({ invariant: 'I7', subject, what })),
        );
        totals.expected += countTicks(scheduled);
        totals.stored += countTicks(intersection(account.stored, scheduled));
        totals.quarantined += countTicks(intersection(account.quarantined, scheduled));
        for (const { cause, from, to } of account.gaps) {
          totals.gaps[cause] = (totals.gaps[cause] ?? 0) + to - from + 1;
        }
      }
    }
  }
  return { violations, ticks: totals };
}

interface Schedule {
  readonly device: string;
  readonly due: readonly DueTicks[];
}

/** The schedules of all devices that the session has or had. */
function schedulesOf(
  legs: readonly { readonly fromMs: number; readonly config: PollingConfig | undefined }[],
  intervals: readonly RunningInterval[],
  nowMs: number,
): Schedule[] {
  const codes = new Set(legs.flatMap(({ config }) => config?.devices.map(({ code }) => code) ?? []));
  return [...codes].map((device) => {
    const ofDevice = legs.map(({ fromMs, config }) => ({
      fromMs,
      periodMs: config?.devices.find(({ code }) => code === device)?.periodMs,
    }));
    return { device, due: dueTicks(ofDevice, intervals, nowMs) };
  });
}

function unexplained({ gaps }: Accounting): string[] {
  return gaps
    .filter(({ cause }) => cause === 'not_arrived')
    .map(({ from, to }) => `ticks ${from} to ${to}: no sample and nothing that explains it`);
}

function problems({ stored, quarantined, gaps }: Accounting, scheduled: TickRanges): string[] {
  const texts: string[] = [];
  // The product's own account is counted again: the parts must make the whole, each tick once.
  const parts = [...intersection(stored, scheduled), ...intersection(quarantined, scheduled), ...gaps];
  const sum = countTicks(parts);
  const whole = countTicks(scheduled);
  if (sum !== whole) texts.push(`${whole} ticks were scheduled, but ${sum} are accounted for`);
  const missingCount = countTicks(without(scheduled, normalise(parts)));
  if (missingCount > 0) texts.push(`${missingCount} scheduled ticks are in no account`);
  return texts;
}

interface RecordedTicks {
  readonly stored: number[];
  readonly quarantined: number[];
  readonly missed: Map<GapCause, TickRange[]>;
  readonly sent: TickRange[];
  readonly confirmed: TickRange[];
  readonly sourceKept: TickRange[];
}

function coverageOf(recorded: RecordedTicks | undefined) {
  return {
    stored: fromTicks(recorded?.stored ?? []),
    quarantined: fromTicks(recorded?.quarantined ?? []),
    missed: new Map([...(recorded?.missed ?? [])].map(([cause, ranges]) => [cause, normalise(ranges)])),
    sent: normalise(recorded?.sent ?? []),
    confirmed: normalise(recorded?.confirmed ?? []),
    sourceKept: normalise(recorded?.sourceKept ?? []),
  };
}

/**
 * By session and device, then by the length of the ticks. Stored is what the database has or, where none with samples was
 * given, the samples in the stream that no later holder fences (see `tooLateSamples`). A tick in which nothing had
 * changed enough to be sent has no place in the database: for those the stream is believed.
 */
function recordedTicks(history: History): Map<string, Map<number, RecordedTicks>> {
  const byDevice = new Map<string, Map<number, RecordedTicks>>();
  const of = ({ session, device, periodMs }: Omit<TickOfDevice, 'tick'>): RecordedTicks => {
    const key = `${session}/${device}`;
    const ofDevice = byDevice.get(key) ?? new Map<number, RecordedTicks>();
    byDevice.set(key, ofDevice);
    const nothing: RecordedTicks = {
      stored: [],
      quarantined: [],
      missed: new Map(),
      sent: [],
      confirmed: [],
      sourceKept: [],
    };
    const ticks = ofDevice.get(periodMs) ?? nothing;
    ofDevice.set(periodMs, ticks);
    return ticks;
  };
  const tooLate = tooLateSamples(history);
  const wholeInQuarantine = new Set(
    history.quarantined.flatMap(({ tick, codes }) => (tick && !codes ? [tickKey(tick)] : [])),
  );
  for (const { sequence, sample } of history.samples) {
    const { session, device, tick, miss, since_tick, period_ms: periodMs } = sample;
    const ticks = of({ session, device, periodMs });
    const isFenced = tooLate.has(sequence);
    if (since_tick !== undefined) addSent(ticks.sent, { from: since_tick, to: tick });
    if (since_tick !== undefined && sample.source_kept && !isFenced) {
      ticks.sourceKept.push({ from: since_tick, to: since_tick });
    }
    const isRead = outcomeOfSample(sample) === 'stored';
    const isTold = history.database?.values !== undefined && hasReadings(sample);
    if (isRead && !isFenced && !isTold && !wholeInQuarantine.has(sampleKey(sample))) ticks.stored.push(tick);
    if (miss && !isRead) addMiss(ticks, miss.cause, { from: tick, to: sample.through_tick ?? tick });
    if (isRead && isFenced) addMiss(ticks, 'fenced', { from: tick, to: tick });
  }
  for (const row of history.database?.values ?? []) of(row).stored.push(row.tick);
  for (const coverage of history.database?.coverage ?? []) {
    if (coverage.outcome === 'confirmed') of(coverage).confirmed.push(...coverage.ranges);
  }
  for (const { tick, codes } of history.quarantined) {
    if (tick && !codes) of(tick).quarantined.push(tick.tick);
  }
  return byDevice;
}

/** Each sample covers all before it: only the longest range is kept. */
function addSent(sent: TickRange[], range: TickRange): void {
  const last = sent.at(-1);
  if (last?.from !== range.from) sent.push(range);
  else if (range.to > last.to) sent[sent.length - 1] = range;
}

function addMiss({ missed }: RecordedTicks, cause: GapCause, range: TickRange): void {
  const ranges = missed.get(cause);
  if (ranges) ranges.push(range);
  else missed.set(cause, [range]);
}
